using System.Text;
using Vibee.Engine.Sampling;

namespace Vibee.Engine.Text;

/// <summary>
/// Says which tokens a piece of delivered text is made of, so that the probabilities sent with a piece are those of
/// its tokens and no others. Positions are counted in UTF-16 units of the decoded output.
/// </summary>
/// <remarks>A token is due when the last of its characters is; until then a stop string could take some away. A token
/// that holds only the beginning of a character has no width and is due together with the one that completes it.
/// </remarks>
internal sealed class TokenAlignment
{
    private readonly Queue<Entry> _waiting = [];
    private int _position;
    private int _unfinishedBytes;

    // Carried: how many bytes before the token belong to its first character.
    private sealed record Entry(int Token, byte[] Bytes, int Start, int Carried, TokenLogprobs Logprobs)
    {
        /// <summary>The characters that the token completed.</summary>
        public string Text { get; set; } = "";

        public int End => Start + Text.Length;
    }

    public void Add(int token, ReadOnlySpan<byte> bytes, ReadOnlySpan<char> completed, TokenLogprobs logprobs)
    {
        _waiting.Enqueue(new Entry(token, bytes.ToArray(), _position, _unfinishedBytes, logprobs) { Text = completed.ToString() });
        _position += completed.Length;
        _unfinishedBytes = Math.Clamp(_unfinishedBytes + bytes.Length - Encoding.UTF8.GetByteCount(completed), 0, 3);
    }

    /// <summary>The replacement of a character that was never completed belongs to the last token.</summary>
    public void AddUnfinished(ReadOnlySpan<char> replacement)
    {
        _position += replacement.Length;
        if (_waiting.LastOrDefault() is { } last)
            last.Text += replacement.ToString();
    }

    /// <summary>Takes the tokens that lie before <paramref name="end"/>; those before
    /// <paramref name="contentStart"/> are dropped.</summary>
    /// <param name="contentStart">Where the content begins.</param>
    /// <param name="end">Where what was delivered ends.</param>
    /// <param name="isLast">Nothing follows: a token across the border is cut, what lies beyond is dropped.</param>
    /// <param name="taken">Receives them.</param>
    public void Take(int contentStart, int end, bool isLast, List<GeneratedToken> taken)
    {
        while (_waiting.TryPeek(out var entry) && entry.Start < end && (entry.End <= end || isLast))
        {
            _waiting.Dequeue();
            if (entry.Start < contentStart && entry.End <= contentStart)
                continue;
            var first = Math.Max(0, contentStart - entry.Start);
            var last = Math.Min(entry.Text.Length, end - entry.Start);
            taken.Add(new(entry.Token, Cut(entry, first, last), entry.Text.AsMemory(first, last - first), entry.Logprobs));
        }
    }

    private static ReadOnlyMemory<byte> Cut(Entry entry, int first, int last)
    {
        if (first == 0 && last == entry.Text.Length)
            return entry.Bytes;
        var start = first == 0 ? 0 : ByteOffset(entry, first);
        var end = last == entry.Text.Length ? entry.Bytes.Length : ByteOffset(entry, last);
        return entry.Bytes.AsMemory(start, Math.Max(0, end - start));
    }

    private static int ByteOffset(Entry entry, int characters) =>
        Math.Clamp(Encoding.UTF8.GetByteCount(entry.Text.AsSpan(0, characters)) - entry.Carried, 0, entry.Bytes.Length);
}
