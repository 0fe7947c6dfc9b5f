namespace Vibee.Trinity.Tokenizers;

/// <summary>SentencePiece writes ▁ (U+2581) where a text has a space.</summary>
internal static class SpaceMarks
{
    public static ReadOnlySpan<byte> Mark => "▁"u8;

    /// <summary>Copies <paramref name="text"/> with spaces for marks.</summary>
    /// <param name="target">As long as the text; may be the same memory.</param>
    /// <returns>Bytes written.</returns>
    public static int ToSpaces(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var written = 0;
        while (true)
        {
            var at = text.IndexOf(Mark);
            var plain = text[..(at < 0 ? text.Length : at)];
            plain.CopyTo(target[written..]);
            written += plain.Length;
            if (at < 0)
                return written;
            target[written++] = (byte)' ';
            text = text[(at + Mark.Length)..];
        }
    }
}
