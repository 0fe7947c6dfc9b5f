namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// WordPiece as in BERT (Devlin et al., 2018, arXiv:1810.04805; tokenization.py): normalised text is split into words
/// and punctuation, and each word is covered from the left by the longest tokens there are; a word that cannot be
/// covered becomes the unknown token.
/// </summary>
/// <remarks>GGUF marks the beginning of a word with ▁, where BERT's own files mark the other pieces with ##.</remarks>
internal sealed class WordPieceEncoder : TextEncoder
{
    private readonly BertNormalizer _normalizer;
    private readonly TokenTable _table;
    private readonly int _unknown;

    public WordPieceEncoder(Vocabulary vocabulary, BertNormalizer normalizer, int unknown)
    {
        _normalizer = normalizer;
        _unknown = unknown;
        _table = new TokenTable(vocabulary.Texts);
        Pieces = new ByteStrings(vocabulary.Count);
        var buffer = new byte[256];
        for (var token = 0; token < vocabulary.Count; token++)
        {
            var text = vocabulary.Texts[token];
            if (!vocabulary.Is(token, TokenAttributes.Control | TokenAttributes.Unknown))
                _table.Add(token);
            if (buffer.Length < text.Length)
                buffer = new byte[text.Length];
            Pieces.Add(buffer.AsSpan(0, SpaceMarks.ToSpaces(text, buffer)));
        }
    }

    public override ByteStrings Pieces { get; }

    public override long Bytes => Pieces.Bytes + _table.Bytes;

    public override void Encode(ReadOnlySpan<byte> text, bool begins, List<int> tokens)
    {
        var words = new BertWords(_normalizer, text);
        while (words.MoveNext())
            EncodeWord(words.Current, tokens);
    }

    private void EncodeWord(ReadOnlySpan<byte> word, List<int> tokens)
    {
        var before = tokens.Count;
        while (!word.IsEmpty)
        {
            var length = Math.Min(word.Length, _table.LongestToken);
            var token = -1;
            while (length > 0 && (token = _table.Find(word[..length])) < 0)
                length--;
            if (token < 0)
            {
                tokens.RemoveRange(before, tokens.Count - before);
                tokens.Add(_unknown);
                return;
            }
            tokens.Add(token);
            word = word[length..];
        }
    }
}
