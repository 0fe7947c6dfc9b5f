namespace Vibee.Trinity.Tokenizers;

/// <summary>Tokenizes ordinary text, by one algorithm. Safe for concurrent use.</summary>
internal abstract class TextEncoder
{
    /// <summary>
    /// What each token adds to a text. Of all tokens: a <see cref="ModelTokenizer"/> hides those without text of their own.
    /// </summary>
    public abstract ByteStrings Pieces { get; }

    /// <summary>Of its tables.</summary>
    public abstract long Bytes { get; }

    /// <param name="text">UTF-8, not empty, without special tokens.</param>
    /// <param name="begins">Whether it begins the text or follows a special token.</param>
    public abstract void Encode(ReadOnlySpan<byte> text, bool begins, List<int> tokens);
}
