namespace Vibee.Engine.Chat;

/// <summary>What a <see cref="TemplateException"/> is about.</summary>
public enum TemplateErrorKind
{
    /// <summary>The source is not a template: found by <see cref="ChatTemplate.Compile"/>.</summary>
    Syntax,

    /// <summary>The template did something its data does not allow, such as adding a string and a list.</summary>
    Runtime,

    /// <summary>The template itself refused the conversation with <c>raise_exception</c>.</summary>
    Raised,

    /// <summary>The template wanted more steps, output, nesting or memory than it may have.</summary>
    Limit,
}

/// <summary>
/// A template that cannot be compiled or rendered. <see cref="Exception.Message"/> is the bare reason, worded as the
/// reference implementation words it where it has words; the place is in <see cref="Line"/> and <see cref="Column"/>.
/// </summary>
public sealed class TemplateException(TemplateErrorKind kind, string message, int line = 0, int column = 0)
    : Exception(message)
{
    public TemplateErrorKind Kind { get; } = kind;

    /// <summary>Whether the message is the template's own, out of <c>raise_exception</c>: fit for the person who sent
    /// the conversation.</summary>
    public bool IsRaised => Kind == TemplateErrorKind.Raised;

    /// <summary>Counted from 1; 0 when the fault lies in the context rather than in the template.</summary>
    public int Line { get; private set; } = line;

    /// <summary>Counted from 1 in UTF-16 units; 0 when the fault lies in the context.</summary>
    public int Column { get; private set; } = column;

    /// <summary>The operations of the language do not know where in the source they stand; the renderer does.</summary>
    internal void Locate(int line, int column)
    {
        if (Line == 0)
            (Line, Column) = (line, column);
    }
}
