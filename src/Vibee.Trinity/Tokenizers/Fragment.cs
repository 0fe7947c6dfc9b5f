namespace Vibee.Trinity.Tokenizers;

/// <summary>A stretch of a text, in bytes.</summary>
/// <param name="Token">The special token it is, or −1 for ordinary text.</param>
internal readonly record struct Fragment(int Start, int Length, int Token)
{
    /// <summary>White space that a neighbouring token swallows.</summary>
    public const int Dropped = -2;

    public bool IsText => Token == -1;
}
