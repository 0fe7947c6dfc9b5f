using System.Text.Json.Nodes;

namespace Vibee.Server.Tests;

/// <summary>Reads the streams of chat and completions, as strictly as the strictest SDK.</summary>
internal static class Sse
{
    private const string Done = "data: [DONE]\n\n";

    /// <summary>The chunks of a complete stream.</summary>
    public static List<JsonNode> Chunks(string stream)
    {
        Assert.EndsWith(Done, stream);
        return Frames(stream[..^Done.Length]);
    }

    public static List<JsonNode> Frames(string stream)
    {
        var chunks = new List<JsonNode>();
        foreach (var frame in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (frame == ":")
                continue;
            Assert.StartsWith("data: {", frame);
            Assert.DoesNotContain('\n', frame);
            chunks.Add(JsonNode.Parse(frame["data: ".Length..])!);
        }

        return chunks;
    }

    /// <summary>The content of one choice.</summary>
    public static string Content(IEnumerable<JsonNode> chunks, int index = 0) => Join(chunks, index, "content");

    public static string Join(IEnumerable<JsonNode> chunks, int index, string name) =>
        string.Concat(Choices(chunks, index).Select(choice => (string?)choice["delta"]?[name] ?? (string?)choice["text"]));

    public static IEnumerable<JsonNode> Choices(IEnumerable<JsonNode> chunks, int index = 0) =>
        chunks.SelectMany(chunk => chunk["choices"]!.AsArray()).Where(choice => (int)choice!["index"]! == index)!;
}
