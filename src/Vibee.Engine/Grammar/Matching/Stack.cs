namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// What remains to be recognised after the current goal: several possibilities at once, with equal parts shared. Equal
/// stacks are one object, so a text that can be read in exponentially many ways has a stack of linear size.
/// </summary>
/// <remarks>A graph-structured stack (Tomita 1986), made immutable and canonical.</remarks>
internal sealed class Stack(Stack.Frame[] frames, bool isBottom)
{
    public int Id { get; set; }

    /// <summary>By goal, at most one for each.</summary>
    public Frame[] Frames => frames;

    /// <summary>Whether nothing at all may remain.</summary>
    public bool IsBottom => isBottom;

    public int Depth { get; } = frames.Length == 0 ? 0 : frames.Max(frame => frame.Below.Depth) + 1;

    public bool SameAs(Stack other) => other.IsBottom == IsBottom && other.Frames.AsSpan().SequenceEqual(Frames);

    public override int GetHashCode() => Id;

    public int Hash()
    {
        var hash = isBottom ? 1 : 0;
        foreach (var frame in frames)
            hash = HashCode.Combine(hash, frame.Goal.Id, frame.Below.Id);
        return hash;
    }

    internal readonly record struct Frame(Goal Goal, Stack Below);
}
