using Vibee.Engine.Chat.ToolCalls.Reading;

namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Calls as Python writes them: <c>[f(a=1, b='two'), g()]</c>.</summary>
internal static class PythonCalls
{
    /// <summary>What Gemma was taught to write.</summary>
    public static EnclosedCalls ToolCode { get; } = Between("```tool_code", "```");

    public static EnclosedCalls Between(string open, string close) => new(open, close, Read) { Write = tool => CallGrammar.Members($"[{tool.Name}(", "=", ")]", tool) };

    private static IReadOnlyList<(string Name, string Arguments)>? Read(string text)
    {
        var reader = new LiteralReader(text);
        var calls = new List<(string, string)>();
        var isList = reader.Skip('[');
        do
        {
            if (isList && calls.Count > 0 && reader.Skip(']'))
                return reader.IsAtEnd ? calls : null;
            if (ReadCall(ref reader) is not { } call)
                return null;
            calls.Add(call);
            if (!isList && reader.IsAtEnd)
                return calls;
        }
        while (!isList || reader.Skip(','));

        return reader.Skip(']') && reader.IsAtEnd ? calls : null;
    }

    private static (string Name, string Arguments)? ReadCall(ref LiteralReader reader)
    {
        if (reader.Name() is not { } name || !reader.Skip('('))
            return null;
        if (name == "print")
            return ReadCall(ref reader) is { } printed && reader.Skip(')') ? printed : null;
        return reader.Members('=', ')') is { } arguments ? (name, arguments) : null;
    }
}
