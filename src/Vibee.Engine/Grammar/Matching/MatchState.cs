using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Everything the recogniser knows after some bytes: for each way to read them the terminal it is in and what remains
/// after it. Equal states are one object; each remembers where its bytes lead and which tokens it allows.
/// </summary>
internal sealed class MatchState(MatchState.Item[] items, bool canEnd)
{
    private const int FewBytes = 6;

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
        if (_targets.Length == 256)
        {
            next = _targets[value];
            if (next == Unknown)
                return false;
            return true;
        }
        for (var index = 0; index < _count; index++)
        {
            if (_bytes[index] == value)
            {
                next = _targets[index];
                return true;
            }
        }
        next = null;
        return false;
    }

    public void SetNext(byte value, MatchState? next)
    {
        if (_targets.Length < 256 && _count == FewBytes)
        {
            var all = new MatchState?[256];
            Array.Fill(all, Unknown);
            for (var index = 0; index < _count; index++)
                all[_bytes[index]] = _targets[index];
            _targets = all;
            _bytes = [];
        }
        if (_targets.Length == 256)
        {
            _targets[value] = next;
            return;
        }
        if (_targets.Length == 0)
            (_bytes, _targets) = (new byte[FewBytes], new MatchState?[FewBytes]);
        _bytes[_count] = value;
        _targets[_count++] = next;
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

    private static readonly MatchState Unknown = new([], false);

    /// <param name="Lexeme">How far the terminal has been read.</param>
    /// <param name="Production">Whose terminal it is.</param>
    /// <param name="Below">What remains after the production.</param>
    internal readonly record struct Item(LexState Lexeme, Production Production, Stack Below)
    {
        public override int GetHashCode() => HashCode.Combine(Lexeme.Id, Production.Id, Below.Id);
    }
}
