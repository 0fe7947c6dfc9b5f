using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// A state of the deterministic byte automaton of a terminal: an expression, how it is spelled, and where between two
/// characters. Transitions are computed when a state is first left.
/// </summary>
internal sealed class LexState(Regex regex, LexPhase phase, int low, int missing)
{
    /// <summary>For each byte which of the targets it leads to; shared with states whose targets differ.</summary>
    private byte[]? _classes;
    private LexState?[] _targets = [];

    private ulong _circling = LetterGroups.Never;
    private ulong _lasting = LetterGroups.Never;

    public int Id { get; set; }

    public Regex Regex => regex;

    public LexPhase Phase => phase;

    /// <summary>In the middle of a character: the smallest scalar value it can still be, or what an escape spelled.</summary>
    public int Low => low;

    /// <summary>In the middle of a character: how many bytes or hexadecimal digits are missing.</summary>
    public int Missing => missing;

    /// <summary>Whether the terminal can end here.</summary>
    public bool IsAccepting { get; } = phase == LexPhase.Closed || (phase == LexPhase.Plain && regex.IsNullable);

    /// <summary>Which of the merged terminals can end here.</summary>
    public int[] Tags => Regex.Tags;

    /// <summary>Whether more bytes can come.</summary>
    public bool CanContinue(Lexicon lexicon)
    {
        if (_classes == null)
            lexicon.Connect(this);
        return _targets.Length > 1;
    }

    /// <returns>Null if the byte cannot come.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LexState? Next(Lexicon lexicon, byte value)
    {
        if (_classes == null)
            lexicon.Connect(this);
        return _targets[_classes![value]];
    }

    /// <returns>The byte that must follow; −1 if there are several or none.</returns>
    public int OnlyByte(Lexicon lexicon)
    {
        if (!CanContinue(lexicon))
            return -1;
        var classes = _classes.AsSpan();
        var only = classes.IndexOfAnyExcept((byte)0);
        return classes[(only + 1)..].ContainsAnyExcept((byte)0) ? -1 : only;
    }

    /// <param name="next">For each byte the next state.</param>
    /// <param name="tables">Of the lexicon.</param>
    public void Connect(ReadOnlySpan<LexState?> next, ByteTables tables)
    {
        var (classes, targets) = (tables.Scratch, tables.Targets);
        targets.Clear();
        targets.Add(null);
        for (var value = 0; value < 256; value++)
        {
            if (value > 0 && next[value] == next[value - 1])
            {
                classes[value] = classes[value - 1];
                continue;
            }
            var known = targets.IndexOf(next[value]);
            if (known < 0)
            {
                known = targets.Count;
                targets.Add(next[value]);
            }
            classes[value] = (byte)known;
        }
        (_classes, _targets) = (tables.Shared(), [.. targets]);
    }

    /// <summary>Whether every text of characters of these groups can be read from here, as is seen without reading any: only
    /// between characters.</summary>
    /// <param name="letters">Of <see cref="LetterGroups"/>.</param>
    public bool Keeps(Lexicon lexicon, ulong letters)
    {
        if (_circling == LetterGroups.Never)
            _circling = FindCircling(lexicon);
        if ((letters & ~_circling) == 0)
            return true;
        if (_lasting == LetterGroups.Never)
        {
            _lasting = phase switch
            {
                LexPhase.Plain => lexicon.Lasting.Of(regex),
                LexPhase.String => lexicon.Lasting.Of(regex) & LetterGroups.Literal,
                _ => 0,
            };
        }
        return (letters & ~_lasting) == 0;
    }

    public override int GetHashCode() => Id;

    public void Forget() => (_classes, _targets, _circling, _lasting) = (null, [], LetterGroups.Never, LetterGroups.Never);

    /// <summary>The characters that lead back here.</summary>
    private ulong FindCircling(Lexicon lexicon)
    {
        if (phase is not (LexPhase.Plain or LexPhase.String) || !CanContinue(lexicon) || Array.IndexOf(_targets, this) is not (> 0 and var self))
            return 0;
        var others = 0UL;
        for (var letter = 0; letter < 0x80; letter++)
            others |= _classes![letter] == self ? 0 : LetterGroups.Of(letter);
        var wide = 0UL;
        foreach (var move in regex.Moves(lexicon.Regexes))
            wide |= move.Target == regex ? LetterGroups.Within(move.Low, move.High) : 0;
        return (LetterGroups.Ascii & ~others) | wide;
    }
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
