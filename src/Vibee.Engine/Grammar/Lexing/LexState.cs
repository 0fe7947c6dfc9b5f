using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// A state of the deterministic byte automaton of a terminal: an expression, how it is spelled, and where between two
/// characters. Transitions are computed when a state is first left.
/// </summary>
internal sealed class LexState(Regex regex, LexPhase phase, int low, int missing)
{
    private LexState?[]? _next;

    public int Id { get; set; }

    public Regex Regex => regex;

    public LexPhase Phase => phase;

    /// <summary>In the middle of a character: the smallest scalar value it can still be, or what an escape spelled.</summary>
    public int Low => low;

    /// <summary>In the middle of a character: how many bytes or hexadecimal digits are missing.</summary>
    public int Missing => missing;

    /// <summary>Whether the terminal can end here.</summary>
    public bool IsAccepting => Phase == LexPhase.Closed || (Phase == LexPhase.Plain && Regex.IsNullable);

    /// <summary>Which of the merged terminals can end here.</summary>
    public int[] Tags => Regex.Tags;

    /// <summary>Whether more bytes can come.</summary>
    public bool CanContinue(Lexicon lexicon) => Transitions(lexicon) != Ended;

    /// <returns>Null if the byte cannot come.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LexState? Next(Lexicon lexicon, byte value)
    {
        var next = _next ?? Transitions(lexicon);
        return next.Length == 0 ? null : next[value];
    }

    public LexState?[] Transitions(Lexicon lexicon) => _next ??= lexicon.Transitions(this);

    public void Forget() => _next = null;

    public static readonly LexState?[] Ended = [];
}

/// <summary>Where a <see cref="LexState"/> stands.</summary>
internal enum LexPhase : byte
{
    /// <summary>Between characters of plain text.</summary>
    Plain,

    /// <summary>Inside a character of plain text.</summary>
    PlainBytes,

    /// <summary>Before the quote that opens a string.</summary>
    Open,

    /// <summary>Between characters of a string.</summary>
    String,

    /// <summary>Inside a character of a string.</summary>
    StringBytes,

    /// <summary>After a backslash.</summary>
    Escape,

    /// <summary>Inside the four digits of an escape.</summary>
    Hex,

    /// <summary>After a high surrogate: a backslash must come, then u, then the digits of a low one.</summary>
    LowSurrogateSlash,
    LowSurrogateU,
    LowSurrogateHex,

    /// <summary>After the quote that closes a string.</summary>
    Closed,
}
