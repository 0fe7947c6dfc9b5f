using System.Text;

namespace Vibee.Engine;

/// <summary>
/// How much text a number of tokens can spell at most, so that a prompt of megabytes is refused without being tokenized,
/// which takes seconds. For tokenizers that spell text byte by byte where they know nothing longer.
/// </summary>
public sealed class TokenBound
{
    private readonly int _longest; // token, in bytes
    private readonly bool[] _counts; // whether a byte is in some token for sure, and so takes its share of one

    private TokenBound(int longest, bool[] counts) => (_longest, _counts) = (longest, counts);

    /// <param name="vocabularySize">Tokens run from 0 to this number − 1.</param>
    /// <param name="bytes">What each of them adds to a text; called now and not later.</param>
    /// <param name="swallowsSpace">There are tokens beside which any amount of white space disappears.</param>
    /// <returns>Null where a token may stand for any amount of text: a vocabulary without single bytes has one for all
    /// that it does not know.</returns>
    public static TokenBound? Of(int vocabularySize, Func<int, ReadOnlySpan<byte>> bytes, bool swallowsSpace)
    {
        var longest = 0;
        var counts = new bool[256];
        for (var token = 0; token < vocabularySize; token++)
        {
            var text = bytes(token);
            longest = Math.Max(longest, text.Length);
            if (text.Length == 1)
                counts[text[0]] = true;
        }

        // Real vocabularies lack control characters, and first bytes of characters that nobody writes; those disappear.
        if (counts.AsSpan(' ', 0x7F - ' ').Contains(false) || counts.AsSpan(0x80, 0x40).Contains(false))
            return null;
        if (swallowsSpace)
        {
            foreach (var space in " \t\n\v\f\r")
                counts[space] = false;
        }

        return new TokenBound(longest, counts);
    }

    /// <summary>Whether <paramref name="text"/> surely has more than <paramref name="tokens"/> tokens.</summary>
    public bool Exceeds(string text, int tokens)
    {
        var left = (long)tokens * _longest;
        if (Encoding.UTF8.GetMaxByteCount(text.Length) <= left)
            return false;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var letter in text.EnumerateRunes())
        {
            foreach (var value in utf8[..letter.EncodeToUtf8(utf8)])
                left -= _counts[value] ? 1 : 0;
            if (left < 0)
                return true;
        }

        return false;
    }
}
