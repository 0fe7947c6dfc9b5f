namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Gemma 4: a notation of its own. Gemma 1 to 3 have none: see <see cref="GenericFormat"/>.</summary>
internal static class Gemma
{
    public static ToolCallFormat Format { get; } = new CallFormat("gemma-4")
    {
        Signs = ["<|tool_call>call:"],
        Syntaxes =
        [
            new EnclosedCalls("<|tool_call>", "<tool_call|>", GemmaNotation.Read)
            {
                Inner = [GemmaNotation.Quote],
                Write = tool => CallGrammar.Members($"call:{tool.Name}{{", ":", "}", tool, GemmaNotation.Quote),
            },
        ],
    };
}
