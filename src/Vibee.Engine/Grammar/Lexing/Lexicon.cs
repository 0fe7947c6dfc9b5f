using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// The byte automata of a grammar's terminals, built as far as texts have led into them. Between characters a state has
/// one expression; the bytes of a character narrow down which of its moves is meant.
/// </summary>
internal sealed class Lexicon(RegexFactory regexes)
{
    /// <summary>Some 10 ms; real patterns take a hundredth of that.</summary>
    private const int MaxStateWork = 1_000_000;

    private readonly Dictionary<(Regex Regex, LexPhase Phase, int Low, int Missing), LexState> _states = [];
    private readonly LexState?[] _scratch = new LexState?[256];
    private readonly ByteTables _tables = new();
    private int _nextId;

    public LastingLetters Lasting { get; } = new(regexes);

    public RegexFactory Regexes => regexes;

    public int Count => _states.Count;

    /// <summary>Whether the grammar is still being made, by whoever asks for it.</summary>
    public bool IsCompiling { get; set; } = true;

    public LexState Start(Regex regex, Spelling spelling) =>
        State(regex, spelling == Spelling.Plain ? LexPhase.Plain : LexPhase.Open);

    public LexState State(Regex regex, LexPhase phase, int low = 0, int missing = 0)
    {
        if (_states.TryGetValue((regex, phase, low, missing), out var state))
            return state;
        state = new LexState(regex, phase, low, missing) { Id = _nextId++ };
        _states.Add((regex, phase, low, missing), state);
        return state;
    }

    /// <summary>Forgets all transitions. States in use stay valid; equal ones may be made anew.</summary>
    public void Forget()
    {
        foreach (var state in _states.Values)
            state.Forget();
        _states.Clear();
        _tables.Forget();
        Lasting.Forget();
        regexes.Forget();
    }

    /// <summary>Computes where the bytes after a state lead. A state for which that is too costly leads nowhere: the text
    /// must take another way.</summary>
    public void Connect(LexState state)
    {
        var next = _scratch;
        Array.Clear(next);
        try
        {
            // While the grammar is compiled that has a limit of its own, and whoever asks for it is told.
            using var scope = regexes.Work.Allow(MaxStateWork, unlessInside: IsCompiling);
            regexes.Work.Spend(100);
            Fill(state, next);
        }
        catch (GrammarLimitException) when (!IsCompiling)
        {
            Array.Clear(next);
        }
        state.Connect(next, _tables);
    }

    private void Fill(LexState state, LexState?[] next)
    {
        var moves = state.Regex.Moves(regexes);
        switch (state.Phase)
        {
            case LexPhase.Open:
                if (!regexes.IsEmpty(state.Regex))
                    next['"'] = State(state.Regex, LexPhase.String);
                break;
            case LexPhase.Plain:
                Utf8.Begin(this, state, moves, next, LexPhase.Plain);
                break;
            case LexPhase.String:
                Utf8.Begin(this, state, moves, next, LexPhase.String);
                JsonEscapes.Begin(this, state, moves, next);
                break;
            case LexPhase.PlainBytes:
                Utf8.Continue(this, state, moves, next, LexPhase.Plain);
                break;
            case LexPhase.StringBytes:
                Utf8.Continue(this, state, moves, next, LexPhase.String);
                break;
            default:
                JsonEscapes.Continue(this, state, moves, next);
                break;
        }
    }
}
