using Vibee.Gguf;
using Vibee.Trinity.Tokenizers.PreTokenizers;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Byte-level byte-pair encoding (GPT-2; Sennrich et al., 2016, arXiv:1508.07909): a pre-tokenizer cuts the text into
/// words, and in each the bytes merge in the order in which training learned the merges.
/// </summary>
/// <remarks>
/// The vocabulary's spelling is turned into bytes once, so texts are never spelled in GPT-2's alphabet. What a merge
/// names but the vocabulary lacks gets a symbol beyond it, and ends as the tokens of its bytes.
/// </remarks>
internal sealed class BytePairEncoder : TextEncoder
{
    private readonly PreTokenizer _preTokenizer;
    private readonly WordEncoder<Rule> _words;

    public BytePairEncoder(Vocabulary vocabulary, GgufStringArray merges, PreTokenizer preTokenizer)
    {
        _preTokenizer = preTokenizer;
        Pieces = new ByteStrings(vocabulary.Count);
        var table = ReadPieces(vocabulary);
        var bytes = new int[256];
        for (var value = 0; value < bytes.Length; value++)
            bytes[value] = Symbol(table, [(byte)value]);
        var rule = new Rule(ReadMerges(merges, table), bytes, vocabulary.Count);
        _words = new WordEncoder<Rule>(rule, table, vocabulary.Count, preTokenizer.WordsFirst);
    }

    public override ByteStrings Pieces { get; }

    public override long Bytes => Pieces.Bytes + _words.Bytes;

    public override void Encode(ReadOnlySpan<byte> text, bool begins, List<int> tokens)
    {
        var symbols = new MergeSymbols();
        var start = 0;
        foreach (var end in _preTokenizer.Split(text))
        {
            _words.Encode(text[start..end], symbols, tokens);
            start = end;
        }
    }

    private TokenTable ReadPieces(Vocabulary vocabulary)
    {
        var table = new TokenTable(Pieces);
        var buffer = new byte[256];
        for (var token = 0; token < vocabulary.Count; token++)
        {
            var text = vocabulary.Texts[token];
            if (vocabulary.Is(token, TokenAttributes.Special))
            {
                Pieces.Add(text);
            }
            else if (vocabulary.Is(token, TokenAttributes.Byte) && ByteTokens.TryParse(text, out var value))
            {
                Pieces.Add([value]);
            }
            else
            {
                if (buffer.Length < text.Length)
                    buffer = new byte[text.Length];
                Pieces.Add(buffer.AsSpan(0, ByteAlphabet.Decode(text, buffer, out var spelled)));
                if (spelled)
                    table.Add(token);
            }
        }
        return table;
    }

    private MergeTable ReadMerges(GgufStringArray merges, TokenTable table)
    {
        var ranks = new MergeTable(merges.Count);
        var buffer = new byte[256];
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var merge = merges.GetBytes(rank);
            // A space inside a half is spelled Ġ; the one between the halves is not the first byte.
            var space = merge.IsEmpty ? -1 : merge[1..].IndexOf((byte)' ') + 1;
            if (space <= 0)
                continue;
            if (buffer.Length < merge.Length)
                buffer = new byte[merge.Length];
            var middle = ByteAlphabet.Decode(merge[..space], buffer, out _);
            var end = middle + ByteAlphabet.Decode(merge[(space + 1)..], buffer.AsSpan(middle), out _);
            ranks.Add(
                Symbol(table, buffer.AsSpan(0, middle)), Symbol(table, buffer.AsSpan(middle, end - middle)),
                rank, Symbol(table, buffer.AsSpan(0, end)));
        }
        return ranks;
    }

    private int Symbol(TokenTable table, ReadOnlySpan<byte> bytes)
    {
        var symbol = table.Find(bytes);
        if (symbol >= 0)
            return symbol;
        symbol = Pieces.Add(bytes);
        table.Add(symbol);
        return symbol;
    }

    private readonly struct Rule(MergeTable merges, int[] bytes, int vocabularySize) : IMergeRule
    {
        public long Bytes => merges.Bytes + (long)sizeof(int) * bytes.Length;

        public int FirstSymbol(ReadOnlySpan<byte> text, out int length)
        {
            length = 1;
            return bytes[text[0]];
        }

        public int Rank(int left, int right, ReadOnlySpan<byte> joined, out int merged) => merges.Rank(left, right, out merged);

        /// <summary>A byte without a token is lost, as in every implementation: there is nothing to stand for it.</summary>
        public void AppendBytes(ReadOnlySpan<byte> symbol, List<int> tokens)
        {
            foreach (var value in symbol)
            {
                if (bytes[value] < vocabularySize)
                    tokens.Add(bytes[value]);
            }
        }
    }
}
