using System.Text;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// GPT-2's spelling of bytes as printable characters (bytes_to_unicode of its encoder.py): printable Latin-1 stands for
/// itself, the other 68 bytes for the characters from U+0100 on, so a space is Ġ.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>By code point: the byte, or −1.</summary>
    private static readonly short[] s_bytes = Build();

    /// <summary>The bytes that a token's text stands for.</summary>
    /// <param name="bytes">At least as long as the text.</param>
    /// <param name="spelled">False if it has characters outside the alphabet, which are copied as they are: no text
    /// leads to such a token.</param>
    /// <returns>Bytes written.</returns>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> bytes, out bool spelled)
    {
        spelled = true;
        var written = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var letter, out var length);
            if (letter.Value < s_bytes.Length && s_bytes[letter.Value] >= 0)
            {
                bytes[written++] = (byte)s_bytes[letter.Value];
            }
            else
            {
                spelled = false;
                text[..length].CopyTo(bytes[written..]);
                written += length;
            }
            text = text[length..];
        }
        return written;
    }

    private static short[] Build()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        var next = 256;
        for (short value = 0; value < 256; value++)
        {
            var printable = value is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE;
            bytes[printable ? value : next++] = value;
        }
        return bytes;
    }
}
