namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Encodes words by merging. Most words of a text are tokens themselves; for those the merging is done once and its
/// outcome kept, so that they cost one look-up.
/// </summary>
/// <param name="vocabularySize">Symbols from here on are not tokens.</param>
/// <param name="wordsFirst">A word that is a token needs no merging, even if merging would not lead to it.</param>
internal sealed class WordEncoder<TRule>(TRule rule, TokenTable table, int vocabularySize, bool wordsFirst)
    where TRule : struct, IMergeRule
{
    private const byte Yes = 1;
    private const byte No = 2;

    /// <summary>By token: whether its bytes merge into it; 0 if not yet tried. Threads may try twice, to the same end.</summary>
    private readonly byte[] _mergesWhole = new byte[vocabularySize];

    public long Bytes => rule.Bytes + table.Bytes + _mergesWhole.Length;

    /// <param name="symbols">Work space.</param>
    public void Encode(ReadOnlySpan<byte> word, MergeSymbols symbols, List<int> tokens)
    {
        var whole = table.Find(word);
        if (whole >= 0 && whole < vocabularySize)
        {
            if (wordsFirst || _mergesWhole[whole] == Yes)
            {
                tokens.Add(whole);
                return;
            }

            symbols.Merge(word, rule);
            if (_mergesWhole[whole] == 0)
                _mergesWhole[whole] = symbols[0].Token == whole ? Yes : No;
        }
        else
        {
            symbols.Merge(word, rule);
        }

        for (var offset = 0; offset < word.Length; offset = symbols[offset].Next)
        {
            ref readonly var symbol = ref symbols[offset];
            if (symbol.Token >= 0 && symbol.Token < vocabularySize)
                tokens.Add(symbol.Token);
            else
                rule.AppendBytes(word[offset..symbol.Next], tokens);
        }
    }
}
