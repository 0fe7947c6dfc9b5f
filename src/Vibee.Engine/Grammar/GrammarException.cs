namespace Vibee.Engine.Grammar;

/// <summary>
/// A grammar, regular expression or JSON Schema that cannot be used. The message says what is wrong and where; it
/// quotes no more than a few characters of the input.
/// </summary>
public sealed class GrammarException : Exception
{
    public GrammarException(string message, int line = 0, int column = 0) : base(message) => (Line, Column) = (line, column);

    public GrammarException(string message, string pointer) : base(message) => Pointer = pointer;

    /// <summary>From 1, in a GBNF grammar; 0 elsewhere.</summary>
    public int Line { get; }

    /// <summary>From 1, in a GBNF grammar or regular expression; 0 elsewhere.</summary>
    public int Column { get; }

    /// <summary>Where in a JSON Schema, as a JSON pointer; null elsewhere.</summary>
    public string? Pointer { get; }
}
