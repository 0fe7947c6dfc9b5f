using System.Runtime.InteropServices;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// The automaton of a grammar: from a state and a byte to the next state, built as far as texts have led into it. Its
/// states are shared by all sequences that follow the grammar.
/// </summary>
/// <remarks>Not thread-safe: <see cref="CompiledGrammar"/> guards it.</remarks>
internal sealed class Recognizer
{
    /// <summary>Values nested deeper than this are not accepted; validators and parsers give up earlier.</summary>
    public const int MaxDepth = 500;

    private const int MaxItems = 2000;

    private static readonly MatchState Nowhere = new([], false);

    /// <summary>For the state after a byte: some 10 ms, a hundred times what real grammars take.</summary>
    private const int MaxStepWork = 1_000_000;

    private HashSet<MatchState> _states = new(new ByStructure());
    private HashSet<Stack> _stacks = new(new ByStructure());
    private readonly Dictionary<MatchState.Item, MatchState> _singles = [];
    private readonly Dictionary<MatchState.Item, MatchState?> _left = [];
    private readonly Dictionary<(Production, Stack), MatchState?> _following = [];
    private readonly Dictionary<(Stack, Stack), Stack> _unions = [];
    private readonly List<MatchState.Item> _read = [];
    private readonly Closure _closure;
    private int _nextId;

    public Recognizer(Lexicon lexicon, Goal root)
    {
        Lexicon = lexicon;
        Bottom = Intern(new Stack([], isBottom: true));
        _closure = new Closure(this);
        Root = root;
    }

    public Lexicon Lexicon { get; }

    public WorkLimit Work => Lexicon.Regexes.Work;

    public Stack Bottom { get; }

    public Goal Root { get; }

    /// <summary>How many states, stacks, terminals' states and expressions are alive: the measure of memory.</summary>
    public int Size => _states.Count + _singles.Count + _left.Count + _following.Count + _stacks.Count + _unions.Count + Lexicon.Count + Lexicon.Regexes.Count;

    /// <summary>The state before the first byte; null if no text belongs to the grammar.</summary>
    public MatchState? Start()
    {
        _closure.Clear();
        _closure.Expand(Root, Bottom);
        return _closure.ToState();
    }

    /// <returns>The state after the byte; null if it cannot come.</returns>
    public MatchState? Next(MatchState state, byte value)
    {
        if (state.TryGetNext(value, out var next))
            return next;
        Read(state, value);
        if (_read.Count < 2)
            return _read is [var only] ? After(only) : null;
        next = Compute(CollectionsMarshal.AsSpan(_read));
        state.SetNext(value, next);
        return next;
    }

    /// <summary>The same for a walk.</summary>
    public Place Next(in Place at, byte value)
    {
        if (at.Lexeme is { } lexeme)
        {
            var next = lexeme.Next(Lexicon, value);
            if (!lexeme.IsAccepting && next is not { IsAccepting: true })
                return next == null ? default : at with { Lexeme = next };
            var after = lexeme.IsAccepting ? Next(new Place(at.State, null, null, null), value) : default;
            return next == null ? after
                : after.IsDead ? Inside(at with { Lexeme = next })
                : Place.Of(Leave(at.Item) is { } both ? Next(both, value) : null);
        }
        if (at.State!.TryGetNext(value, out var known))
            return Place.Of(known);
        Read(at.State, value);
        return _read.Count > 1 ? Place.Of(Next(at.State, value))
            : _read is [var only] ? Inside(new Place(null, only.Lexeme, only.Production, only.Below))
            : default;
    }

    /// <summary>Gathers the terminals that go on with a byte. Most bytes cannot come, and mostly one terminal reads what
    /// can; only where several do, or where it is too costly to tell, there is something to remember.</summary>
    private void Read(MatchState state, byte value)
    {
        _read.Clear();
        var end = Work.Spent + MaxStepWork;
        foreach (var item in state.Items)
        {
            if (item.Lexeme.Next(Lexicon, value) is { } lexeme)
                _read.Add(item with { Lexeme = lexeme });
            if (Work.Spent <= end)
                continue;
            _read.Clear();
            state.SetNext(value, null);
            return;
        }
    }

    private MatchState? After(MatchState.Item item) => item.Lexeme.IsAccepting ? Leave(item) : Single(item);

    private Place Inside(in Place at)
    {
        if (!at.Lexeme!.IsAccepting)
            return at.State == null ? at : at with { State = null };
        if (at.Production!.HasTags || !at.Lexeme.CanContinue(Lexicon))
            return Place.Of(Leave(at.Item));
        return Following(at.Production, at.Below!) is { } state ? at with { State = state } : default;
    }

    /// <returns>The state where a terminal can end; null if it is too costly.</returns>
    private MatchState? Leave(MatchState.Item item)
    {
        if (_left.TryGetValue(item, out var known))
            return known;
        var state = Compute([item]);
        _left.Add(item, state);
        return state;
    }

    /// <returns>What comes after a terminal whichever of its texts was read; null if it is too costly.</returns>
    private MatchState? Following(Production production, Stack below)
    {
        if (_following.TryGetValue((production, below), out var known))
            return known;
        MatchState? state;
        try
        {
            using var scope = Work.Allow(MaxStepWork);
            _closure.Clear();
            _closure.Continue(production.After(0), below);
            state = _closure.ToState() ?? Nowhere;
        }
        catch (GrammarLimitException)
        {
            state = null;
        }
        _following.Add((production, below), state);
        return state;
    }

    /// <summary>Forgets everything that can be computed again. States in use stay valid.</summary>
    public void Forget()
    {
        foreach (var state in _states)
            state.Forget();
        foreach (var state in _singles.Values)
            state.Forget();
        _singles.Clear();
        _states = new HashSet<MatchState>(new ByStructure());
        _stacks = new HashSet<Stack>(new ByStructure()) { Bottom };
        _left.Clear();
        _following.Clear();
        _unions.Clear();
        Lexicon.Forget();
    }

    public Stack Push(Goal? goal, Stack below)
    {
        if (goal == null)
            return below;
        return below.Depth < MaxDepth
            ? Intern(new Stack([new Stack.Frame(goal, below)], isBottom: false))
            : throw new GrammarLimitException($"the text is nested more than {MaxDepth} deep");
    }

    public Stack Union(Stack a, Stack b)
    {
        if (a == b)
            return a;
        Work.Spend(20 + 10 * (a.Frames.Length + b.Frames.Length));
        var key = a.Id < b.Id ? (a, b) : (b, a);
        if (_unions.TryGetValue(key, out var union))
            return union;
        var frames = new SortedDictionary<int, Stack.Frame>();
        foreach (var frame in a.Frames.Concat(b.Frames))
        {
            frames[frame.Goal.Id] = frames.TryGetValue(frame.Goal.Id, out var known)
                ? frame with { Below = Union(known.Below, frame.Below) }
                : frame;
        }
        union = Intern(new Stack([.. frames.Values], a.IsBottom || b.IsBottom));
        _unions.Add(key, union);
        return union;
    }

    public MatchState? Intern(List<MatchState.Item> items, bool canEnd)
    {
        if (items.Count == 0 && !canEnd)
            return null;
        if (items.Count == 1 && !canEnd)
            return Single(items[0]);
        if (items.Count > MaxItems)
            throw new GrammarLimitException($"the text can be read in more than {MaxItems} ways");
        var candidate = new MatchState([.. items], canEnd);
        if (_states.TryGetValue(candidate, out var known))
            return known;
        candidate.Id = _nextId++;
        _states.Add(candidate);
        return candidate;
    }

    /// <returns>What has been read so far and all that can follow it; null if it is too costly: that way on is closed, and
    /// the text must take another.</returns>
    private MatchState? Compute(ReadOnlySpan<MatchState.Item> items)
    {
        try
        {
            using var scope = Work.Allow(MaxStepWork);
            _closure.Clear();
            foreach (var item in items)
                _closure.Add(item.Lexeme, item.Production, item.Below);
            return _closure.ToState();
        }
        catch (GrammarLimitException)
        {
            return null;
        }
    }

    /// <summary>The state of one terminal that cannot end: the most frequent kind, found without making it first.</summary>
    private MatchState Single(MatchState.Item item)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_singles, item, out var known);
        if (!known)
            state = new MatchState([item], false) { Id = _nextId++ };
        return state!;
    }

    private Stack Intern(Stack candidate)
    {
        if (_stacks.TryGetValue(candidate, out var known))
            return known;
        candidate.Id = _nextId++;
        _stacks.Add(candidate);
        return candidate;
    }

    private sealed class ByStructure : IEqualityComparer<MatchState>, IEqualityComparer<Stack>
    {
        public bool Equals(MatchState? a, MatchState? b) => a!.SameAs(b!);

        public int GetHashCode(MatchState state) => state.Hash();

        public bool Equals(Stack? a, Stack? b) => a!.SameAs(b!);

        public int GetHashCode(Stack stack) => stack.Hash();
    }
}
