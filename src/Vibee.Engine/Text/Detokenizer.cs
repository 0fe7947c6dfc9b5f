using System.Text;

namespace Vibee.Engine.Text;

/// <summary>
/// Joins the bytes of tokens into text. A token may end in the middle of a UTF-8 sequence: its bytes wait for the
/// rest, so that no piece ever holds half a character. A byte that cannot become valid is U+FFFD at once, so that
/// output never stalls on it.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class Detokenizer
{
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private char[] _text = new char[64];

    /// <summary>Adds a token's bytes.</summary>
    /// <returns>The characters that are complete now; valid until the next call.</returns>
    public ReadOnlySpan<char> Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>Ends the text: an unfinished sequence becomes one U+FFFD.</summary>
    public ReadOnlySpan<char> Finish() => Decode([], flush: true);

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var needed = _decoder.GetCharCount(bytes, flush);
        if (needed > _text.Length)
            _text = new char[Math.Max(needed, 2 * _text.Length)];
        return _text.AsSpan(0, _decoder.GetChars(bytes, _text, flush));
    }
}
