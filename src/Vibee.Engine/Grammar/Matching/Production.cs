using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// One way to reach a goal: a terminal and then a goal, or one goal and then another. Absent ones stand for nothing to
/// read, so that a production without any of them is the empty text.
/// </summary>
internal sealed class Production
{
    private Production(LexState? terminal, Goal? inner, Goal? then, Func<int, Goal?>? byTag) =>
        (Terminal, Inner, Then, ByTag) = (terminal, inner, then, byTag);

    /// <summary>Unique within the process, for a stable order.</summary>
    public int Id { get; } = Interlocked.Increment(ref s_nextId);

    public LexState? Terminal { get; }

    public Goal? Inner { get; }

    public Goal? Then { get; }

    private Func<int, Goal?>? ByTag { get; }

    public static Production Empty { get; } = new(null, null, null, null);

    public static Production Read(LexState terminal, Goal? then = null) => new(terminal, null, then, null);

    /// <summary>What follows depends on which of several merged terminals was read.</summary>
    public static Production Read(LexState terminal, Func<int, Goal?> then) => new(terminal, null, null, then);

    public static Production Call(Goal inner, Goal? then = null) => new(null, inner, then, null);

    /// <summary>Whether what follows depends on which terminal was read.</summary>
    public bool HasTags => ByTag != null;

    public override int GetHashCode() => Id;

    public Goal? After(int tag) => ByTag == null ? Then : ByTag(tag);

    private static int s_nextId;
}
