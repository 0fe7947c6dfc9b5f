namespace Vibee.Engine.Chat.Jinja;

/// <summary>Makes the exceptions of a render. They carry no place: whoever renders adds it.</summary>
internal static class Fault
{
    public static TemplateException Runtime(string message) => new(TemplateErrorKind.Runtime, message);

    public static TemplateException Limit(string message) => new(TemplateErrorKind.Limit, message);

    public static TemplateException Raised(string message) => new(TemplateErrorKind.Raised, message);

    public static TemplateException Syntax(string message, SourcePosition at) =>
        new(TemplateErrorKind.Syntax, message, at.Line, at.Column);
}
