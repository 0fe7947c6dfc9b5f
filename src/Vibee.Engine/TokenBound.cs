using System.Text;

namespace Vibee.Engine;

/// <summary>
/// How much text a number of tokens can spell at most, so that a prompt of megabytes is refused without being tokenized,
/// which takes seconds.
/// </summary>
public sealed class TokenBound
{
    private readonly int _longest;
    private readonly bool _swallowsSpace;

    private TokenBound(int longest, bool swallowsSpace) => (_longest, _swallowsSpace) = (longest, swallowsSpace);

    /// <param name="tokenizer">Its tokens are looked at now.</param>
    /// <param name="swallowsSpace">It has tokens beside which any amount of white space disappears.</param>
    /// <returns>Null where a token may stand for any amount of text: a vocabulary that cannot spell every byte has
    /// one token for all it does not know.</returns>
    public static TokenBound? Of(ITokenizer tokenizer, bool swallowsSpace)
    {
        var longest = 0;
        Span<bool> spelled = stackalloc bool[256];
        spelled.Clear();
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            var bytes = tokenizer.Bytes(token, renderSpecial: true);
            longest = Math.Max(longest, bytes.Length);
            if (bytes.Length == 1)
                spelled[bytes[0]] = true;
        }

        for (var value = 0; value < spelled.Length; value++)
        {
            if (!spelled[value] && value is not (0xC0 or 0xC1 or >= 0xF5)) // those are in no UTF-8
                return null;
        }

        return new TokenBound(longest, swallowsSpace);
    }

    /// <summary>Whether <paramref name="text"/> surely has more than <paramref name="tokens"/> tokens.</summary>
    public bool Exceeds(string text, int tokens)
    {
        var most = (long)tokens * _longest;
        if (Encoding.UTF8.GetMaxByteCount(text.Length) <= most)
            return false;
        return (_swallowsSpace ? CountInk(text) : Encoding.UTF8.GetByteCount(text)) > most;
    }

    private static long CountInk(string text)
    {
        long count = 0;
        foreach (var letter in text.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(letter))
                count += letter.Utf8SequenceLength;
        }

        return count;
    }
}
