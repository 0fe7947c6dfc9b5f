using System.Text;
using Vibee.Engine;

namespace Vibee.Trinity.Tests.Tokenizers;

/// <summary>Random texts of the kinds that tokenizers treat differently, and the way back from tokens.</summary>
internal static class Texts
{
    private static readonly string[] s_words =
        ["the", " world", "Hello", " don't", "I'LL", "'s", " x1", "3.14159", "\r\n", "\n\n", "  ", "\t", " naïve", "größe", "ΑΒΓ", "да", "你好", "です", "</s>"];

    private static readonly (int First, int Last)[] s_blocks =
        [(0x20, 0x7E), (0x20, 0x7E), (0x00, 0x1F), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x5D0, 0x6FF),
            (0x900, 0xDFF), (0x2000, 0x206F), (0x2190, 0x21FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
            (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x1F300, 0x1F64F), (0x20000, 0x2A6DF)];

    public static string Random(Random random, int longest, bool basicPlaneOnly = false)
    {
        var text = new StringBuilder();
        for (var count = random.Next(longest + 1); count > 0; count--)
        {
            if (random.Next(4) == 0)
            {
                text.Append(s_words[random.Next(s_words.Length)]);
                continue;
            }
            var (first, last) = s_blocks[random.Next(s_blocks.Length)];
            if (!basicPlaneOnly || last < 0x10000)
                text.Append(new Rune(random.Next(first, last + 1)).ToString());
        }
        return text.ToString();
    }

    public static string Decode(ITokenizer tokenizer, int[] tokens, bool renderSpecial = false)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
            bytes.AddRange(tokenizer.Bytes(token, renderSpecial));
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
