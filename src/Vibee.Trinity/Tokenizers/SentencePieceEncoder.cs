using System.Buffers;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// SentencePiece's BPE model (Kudo and Richardson, 2018, arXiv:1808.06226; bpe_model.cc), as Llama 1 and 2, Mistral,
/// Phi-3 and Gemma use it: of neighbours whose bytes together are a token, those with the best score merge first;
/// characters outside the vocabulary become the tokens of their bytes.
/// </summary>
/// <remarks>
/// Works on text with plain spaces, into which the vocabulary's ▁ is translated once. A literal ▁ in a text means a
/// space too, as in SentencePiece.
/// </remarks>
internal sealed class SentencePieceEncoder : TextEncoder
{
    private readonly WordEncoder<Rule> _words;
    private readonly bool _addSpacePrefix;
    private readonly bool _splitsAtSpaces = true;

    /// <param name="unknown">For bytes without a token, of which a sound vocabulary has none.</param>
    public SentencePieceEncoder(Vocabulary vocabulary, int? unknown, bool addSpacePrefix)
    {
        _addSpacePrefix = addSpacePrefix;
        Pieces = PiecesOf(vocabulary);
        var table = new TokenTable(Pieces);
        for (var token = 0; token < vocabulary.Count; token++)
        {
            // The text of control and byte tokens, typed by a user, is ordinary text.
            if (vocabulary.Is(token, TokenAttributes.Control | TokenAttributes.Unknown | TokenAttributes.Byte)
                || vocabulary.Texts[token].Contains((byte)' '))
                continue;
            table.Add(token);
            _splitsAtSpaces &= NextWord(Pieces[token]) == Pieces[token].Length;
        }
        _words = new WordEncoder<Rule>(new Rule(vocabulary, table, unknown), table, vocabulary.Count, wordsFirst: false);
    }

    public override ByteStrings Pieces { get; }

    public override long Bytes => Pieces.Bytes + _words.Bytes;

    public override void Encode(ReadOnlySpan<byte> text, bool begins, List<int> tokens)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(text.Length + 1);
        try
        {
            var prefix = begins && _addSpacePrefix ? 1 : 0;
            buffer[0] = (byte)' ';
            var rest = buffer.AsSpan(0, prefix + SpaceMarks.ToSpaces(text, buffer.AsSpan(prefix)));
            var symbols = new MergeSymbols();
            while (!rest.IsEmpty)
            {
                var end = _splitsAtSpaces ? NextWord(rest) : rest.Length;
                _words.Encode(rest[..end], symbols, tokens);
                rest = rest[end..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Where a space follows another character. In most vocabularies no token reaches across such a place, so the
    /// merges on both sides cannot touch and each word may be encoded alone.
    /// </summary>
    private static int NextWord(ReadOnlySpan<byte> text)
    {
        var letter = text.IndexOfAnyExcept((byte)' ');
        var space = letter < 0 ? -1 : text[letter..].IndexOf((byte)' ');
        return space < 0 ? text.Length : letter + space;
    }

    private static ByteStrings PiecesOf(Vocabulary vocabulary)
    {
        var pieces = new ByteStrings(vocabulary.Count);
        Span<byte> small = stackalloc byte[256];
        for (var token = 0; token < vocabulary.Count; token++)
        {
            var text = vocabulary.Texts[token];
            if (vocabulary.Is(token, TokenAttributes.Byte) && ByteTokens.TryParse(text, out var value))
            {
                pieces.Add([value]);
            }
            else if (vocabulary.Is(token, TokenAttributes.Control | TokenAttributes.Unknown))
            {
                pieces.Add(text);
            }
            else
            {
                var piece = text.Length <= small.Length ? small : new byte[text.Length];
                pieces.Add(piece[..SpaceMarks.ToSpaces(text, piece)]);
            }
        }
        return pieces;
    }

    private readonly struct Rule : IMergeRule
    {
        private readonly TokenTable _table;
        private readonly int[] _ranks;
        private readonly int[] _bytes;

        public Rule(Vocabulary vocabulary, TokenTable table, int? unknown)
        {
            _table = table;
            _ranks = RanksOf(vocabulary.Scores);
            _bytes = ByteTokens.Of(vocabulary);
            if (unknown is { } token)
                _bytes.AsSpan().Replace(-1, token);
        }

        public long Bytes => (long)sizeof(int) * (_ranks.Length + _bytes.Length);

        /// <summary>One character by its first byte, valid or not.</summary>
        public int FirstSymbol(ReadOnlySpan<byte> text, out int length)
        {
            length = Math.Min(text.Length, text[0] switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 });
            return _table.Find(text[..length]);
        }

        public int Rank(int left, int right, ReadOnlySpan<byte> joined, out int merged)
        {
            merged = _table.Find(joined);
            return merged < 0 ? MergeSymbols.Never : _ranks[merged];
        }

        public void AppendBytes(ReadOnlySpan<byte> symbol, List<int> tokens)
        {
            foreach (var value in symbol)
            {
                if (_bytes[value] >= 0)
                    tokens.Add(_bytes[value]);
            }
        }

        /// <summary>Equal scores share a rank: of those the leftmost pair merges first.</summary>
        private static int[] RanksOf(float[] scores)
        {
            var order = new int[scores.Length];
            for (var token = 0; token < order.Length; token++)
                order[token] = token;
            var sorted = (float[])scores.Clone();
            Array.Sort(sorted, order);

            var ranks = new int[scores.Length];
            for (int at = order.Length - 1, rank = 0; at >= 0; at--)
            {
                if (at + 1 < order.Length && !sorted[at].Equals(sorted[at + 1]))
                    rank++;
                ranks[order[at]] = rank;
            }
            return ranks;
        }
    }
}
