using Vibee.Engine.Chat.ToolCalls.Reading;

namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary><c>call:f{key:&lt;|"|&gt;text&lt;|"|&gt;,number:1}</c>: like JSON, with quotes that no text has in it.</summary>
internal static class GemmaNotation
{
    public const string Quote = "<|\"|>";

    public static IReadOnlyList<(string Name, string Arguments)>? Read(string text)
    {
        var reader = new LiteralReader(text) { LongQuote = Quote };
        if (reader.Name() != "call" || !reader.Skip(':') || reader.Name() is not { } name || !reader.Skip('{'))
            return null;
        return reader.Members(':', '}') is { } arguments && reader.IsAtEnd ? [(name, arguments)] : null;
    }
}
