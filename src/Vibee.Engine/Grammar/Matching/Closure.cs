using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>Collects the state after a byte: terminals that go on, and all that can begin where one has ended.</summary>
internal sealed class Closure(Recognizer recognizer)
{
    /// <summary>Goals may begin with goals only so often before something is read.</summary>
    private const int MaxRecursion = 2000;

    private readonly Dictionary<(Production Production, LexState Lexeme), Stack> _items = [];
    private readonly HashSet<(Goal Goal, Stack Below)> _expanded = [];
    private readonly List<MatchState.Item> _sorted = [];
    private bool _canEnd;
    private int _depth;

    public void Clear()
    {
        _items.Clear();
        _expanded.Clear();
        _canEnd = false;
        _depth = 0;
    }

    public void Add(LexState lexeme, Production production, Stack below)
    {
        recognizer.Work.Spend(10);
        if (lexeme.CanContinue(recognizer.Lexicon))
        {
            var key = (production, lexeme);
            _items[key] = _items.TryGetValue(key, out var known) ? recognizer.Union(known, below) : below;
        }
        if (!lexeme.IsAccepting)
            return;
        foreach (var tag in lexeme.Tags)
            Continue(production.After(tag), below);
    }

    public void Expand(Goal goal, Stack below)
    {
        recognizer.Work.Spend(10);
        if (!_expanded.Add((goal, below)))
            return;
        if (++_depth > MaxRecursion)
            throw new GrammarLimitException("rules begin with rules too often");
        foreach (var production in goal.Productions)
        {
            if (production.Terminal is { } terminal)
                Add(terminal, production, below);
            else if (production.Inner is { } inner)
                Expand(inner, recognizer.Push(production.Then, below));
            else
                Continue(production.Then, below);
        }
        _depth--;
    }

    public MatchState? ToState()
    {
        _sorted.Clear();
        foreach (var ((production, lexeme), below) in _items)
            _sorted.Add(new MatchState.Item(lexeme, production, below));
        _sorted.Sort(static (a, b) =>
            a.Production.Id != b.Production.Id ? a.Production.Id.CompareTo(b.Production.Id) : a.Lexeme.Id.CompareTo(b.Lexeme.Id));
        return recognizer.Intern(_sorted, _canEnd);
    }

    public void Continue(Goal? goal, Stack below)
    {
        if (goal != null)
        {
            Expand(goal, below);
            return;
        }
        _canEnd |= below.IsBottom;
        foreach (var frame in below.Frames)
            Expand(frame.Goal, frame.Below);
    }
}
