using System.Runtime.InteropServices;
using System.Text;
using Vibee.Trinity.Tokenizers.PreTokenizers;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// The words of a text as BERT's BasicTokenizer sees them: runs between white space, with punctuation and Chinese
/// characters each a word of its own, and control characters removed. Each begins with ▁.
/// </summary>
internal ref struct BertWords(BertNormalizer normalizer, ReadOnlySpan<byte> text)
{
    private readonly List<byte> _word = [];
    private ReadOnlySpan<byte> _text = text;

    /// <summary>Valid until the next <see cref="MoveNext"/>.</summary>
    public readonly ReadOnlySpan<byte> Current => CollectionsMarshal.AsSpan(_word);

    private readonly bool IsEmpty => _word.Count == SpaceMarks.Mark.Length;

    public bool MoveNext()
    {
        _word.Clear();
        _word.AddRange(SpaceMarks.Mark);
        Span<Rune> normalized = stackalloc Rune[3];
        while (!_text.IsEmpty)
        {
            Rune.DecodeFromUtf8(_text, out var letter, out var length);
            var count = CodePoints.ClassOf(letter.Value) switch
            {
                CodePointClass.Space or CodePointClass.Control => 0,
                _ => letter == Rune.ReplacementChar ? 0 : normalizer.Normalize(letter, normalized),
            };
            var alone = count > 0 && StandsAlone(normalized[0].Value);
            if (alone && !IsEmpty)
                return true;

            _text = _text[length..];
            foreach (var rune in normalized[..count])
                Append(rune);
            if (alone || (CodePoints.ClassOf(letter.Value) == CodePointClass.Space && !IsEmpty))
                return true;
        }
        return !IsEmpty;
    }

    private readonly void Append(Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        _word.AddRange(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    /// <summary>BERT counts ASCII symbols as punctuation; its blocks of Chinese characters are those of tokenization.py.</summary>
    private static bool StandsAlone(int letter) =>
        CodePoints.ClassOf(letter) switch
        {
            CodePointClass.Punctuation => true,
            CodePointClass.Symbol => letter < 0x80,
            _ => letter is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF
                or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF
                or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F,
        };
}
