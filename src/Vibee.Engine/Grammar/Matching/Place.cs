using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Where a walk through the tree of tokens stands: a state, or somewhere inside a terminal. Most nodes of a walk are
/// of the second kind and nothing comes of them; states made for each would be most of what a mask allocates.
/// </summary>
/// <param name="State">Inside a terminal that can end, what may follow it; null inside others, and where the text cannot
/// go on.</param>
/// <param name="Lexeme">How far the terminal has been read; null if it is a state.</param>
/// <param name="Production">Whose terminal it is.</param>
/// <param name="Below">What remains after the production.</param>
/// <param name="IsFree">Whether the terminal is followed without its limit on the length: <see cref="LengthBound"/>.</param>
internal readonly record struct Place(MatchState? State, LexState? Lexeme, Production? Production, Stack? Below, bool IsFree = false)
{
    public bool IsDead => State == null && Lexeme == null;

    public MatchState.Item Item => new(Lexeme!, Production!, Below!);

    public static Place Of(MatchState? state) => state is { CanEnd: false, Items: [var only] }
        ? new(null, only.Lexeme, only.Production, only.Below)
        : new(state, null, null, null);

    /// <summary>Whether the same can follow, as far as that is seen at once.</summary>
    public bool IsLike(in Place other) => Lexeme == other.Lexeme
        && (Lexeme == null ? State == other.State : Production == other.Production && Below == other.Below);
}
