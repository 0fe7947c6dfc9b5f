namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// Tables of what each byte leads to, equal ones once: states number their targets in the order of bytes, so that the
/// thousands inside of keys and strings have a few dozen tables among them.
/// </summary>
internal sealed class ByteTables
{
    private readonly HashSet<byte[]> _known = new(new ByContent());

    /// <summary>The table that is being made.</summary>
    public byte[] Scratch { get; } = new byte[256];

    /// <summary>The targets that are being numbered.</summary>
    public List<LexState?> Targets { get; } = [];

    /// <returns>The table that is equal to the one being made.</returns>
    public byte[] Shared()
    {
        if (_known.TryGetValue(Scratch, out var known))
            return known;
        byte[] copy = [.. Scratch];
        _known.Add(copy);
        return copy;
    }

    public void Forget() => _known.Clear();

    private sealed class ByContent : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(byte[] table)
        {
            var hash = new HashCode();
            hash.AddBytes(table);
            return hash.ToHashCode();
        }
    }
}
