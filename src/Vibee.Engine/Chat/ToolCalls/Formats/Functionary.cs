namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Functionary: v3.1 writes a tag with the name, v3.2 names whom each part of the answer is for, which may be
/// all.</summary>
internal static class Functionary
{
    public static ToolCallFormat V31 { get; } = new CallFormat("functionary-v3.1")
    {
        Signs = ["<function="],
        Syntaxes = [new NamedCalls("<function=", ">", "</function>") { Closers = ["</function>"] }],
    };

    public static ToolCallFormat V32 { get; } = new CallFormat("functionary-v3.2")
    {
        Signs = [">>>all\\n"],
        IsAlways = true,
        Syntaxes = [new NamedCalls(">>>", "\n", "") { Content = "all" }],
    };
}
