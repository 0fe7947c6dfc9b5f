namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Firefunction 2: a list behind a word.</summary>
internal static class Firefunction
{
    public static ToolCallFormat Format { get; } = new CallFormat("firefunction")
    {
        Signs = ["functools["],
        Syntaxes = [new JsonCalls("functools") { IsList = true }],
    };
}
