namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Nemotron Nano 2: a list between tags.</summary>
internal static class Nemotron
{
    public static ToolCallFormat Format { get; } = new CallFormat("nemotron")
    {
        Signs = ["<TOOLCALL>"],
        Syntaxes = [new JsonCalls("<TOOLCALL>") { IsList = true, Closers = ["</TOOLCALL>"], Each = ("", "</TOOLCALL>") }],
    };
}
