using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Everything the recogniser knows after some bytes: for each way to read them the terminal it is in and what remains
/// after it. Equal states are one object; each remembers where its bytes lead and which tokens it allows.
/// </summary>
internal sealed class MatchState(MatchState.Item[] items, bool canEnd)
{
    private const int FewBytes = 2;

    /// <summary>The bytes that have been read from here, in the order in which they were. A table of all would be most of
    /// what a state takes.</summary>
    private byte[] _bytes = [];
    private MatchState?[] _targets = [];
    private int _count;

    public int Id { get; set; }

    public Item[] Items => items;

    /// <summary>Whether the text may end here.</summary>
    public bool CanEnd => canEnd;

    /// <summary>Which tokens may follow, for the vocabulary it was last asked for.</summary>
    public KeptMask? Mask { get; set; }

    public bool TryGetNext(byte value, out MatchState? next)
    {
        var at = _bytes.AsSpan(0, _count).IndexOf(value);
        next = at < 0 ? null : _targets[at];
        return at >= 0;
    }

    public void SetNext(byte value, MatchState? next)
    {
        if (_count == _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(FewBytes, 2 * _count));
            Array.Resize(ref _targets, _bytes.Length);
        }
        (_bytes[_count], _targets[_count]) = (value, next);
        _count++;
    }

    public void Forget()
    {
        _bytes = [];
        _targets = [];
        _count = 0;
    }

    public bool SameAs(MatchState other) => other.CanEnd == CanEnd && other.Items.AsSpan().SequenceEqual(Items);

    public int Hash()
    {
        var hash = canEnd ? 1 : 0;
        foreach (var item in items)
            hash = HashCode.Combine(hash, item.GetHashCode());
        return hash;
    }

    /// <param name="Lexeme">How far the terminal has been read.</param>
    /// <param name="Production">Whose terminal it is.</param>
    /// <param name="Below">What remains after the production.</param>
    internal readonly record struct Item(LexState Lexeme, Production Production, Stack Below)
    {
        public override int GetHashCode() => HashCode.Combine(Lexeme.Id, Production.Id, Below.Id);
    }
}
