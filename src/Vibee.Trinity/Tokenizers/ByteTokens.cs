using System.Buffers.Text;

namespace Vibee.Trinity.Tokenizers;

/// <summary>The tokens that stand for one byte, spelled <c>&lt;0x41&gt;</c>.</summary>
internal static class ByteTokens
{
    /// <returns>False if it is spelled otherwise.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        return text.Length == 6 && text.StartsWith("<0x"u8) && text[5] == (byte)'>'
            && Utf8Parser.TryParse(text[3..5], out value, out var used, 'x') && used == 2;
    }

    /// <summary>The token of each of the 256 bytes; −1 where the vocabulary has none.</summary>
    public static int[] Of(Vocabulary vocabulary)
    {
        var tokens = new int[256];
        Array.Fill(tokens, -1);
        for (var token = vocabulary.Count - 1; token >= 0; token--)
        {
            if (vocabulary.Is(token, TokenAttributes.Byte) && TryParse(vocabulary.Texts[token], out var value))
                tokens[value] = token;
        }
        return tokens;
    }
}
