using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Where a walk through the tree of tokens stands: a state, or somewhere inside its only terminal. Most nodes of a walk are
/// of the second kind and nothing comes of them; states made for each would be most of what a mask allocates.
/// </summary>
/// <param name="State">Null where the text cannot go on.</param>
/// <param name="Lexeme">How far the state's only terminal has been read; null if it has several, or can end.</param>
/// <param name="IsFree">Whether the terminal is followed without its limit on the length: <see cref="LengthBound"/>.</param>
internal readonly record struct Place(MatchState? State, LexState? Lexeme, bool IsFree = false)
{
    public bool IsDead => State == null;

    /// <summary>Of the only terminal.</summary>
    public Production Production => State!.Items[0].Production;

    /// <summary>What remains after the only terminal.</summary>
    public Stack Below => State!.Items[0].Below;

    public static Place Of(MatchState? state) => new(state, state is { CanEnd: false, Items: [var only] } ? only.Lexeme : null);

    /// <summary>Whether the same can follow, as far as that is seen at once.</summary>
    public bool IsLike(in Place other)
    {
        if (Lexeme != other.Lexeme)
            return false;
        if (State == other.State)
            return true;
        return Lexeme != null && Production == other.Production && Below == other.Below;
    }
}
