using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vibee.Server.Requests;

/// <summary>
/// Copies JSON into nodes that nothing can surprise later. <see cref="JsonNode.Parse(string, JsonNodeOptions?, JsonDocumentOptions)"/>
/// would look at it lazily, and throw at a key that occurs twice when a template reads it.
/// </summary>
internal static class JsonNodes
{
    /// <summary>Writes JSON with the letters of all languages as they are: prompts are made of it.</summary>
    public static string Readable(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonReply.Options))
            node.WriteTo(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads JSON text; null where it is none, or is <c>null</c>.</summary>
    public static JsonNode? Parse(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        SurrogateRepair.Apply(bytes);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return Of(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonNode? Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Copy(json.EnumerateObject()),
        JsonValueKind.Array => new JsonArray([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.String => JsonValue.Create(json.GetString()),
        JsonValueKind.Number when json.TryGetInt64(out var number) => JsonValue.Create(number),
        JsonValueKind.Number => JsonValue.Create(Math.Clamp(json.GetDouble(), double.MinValue, double.MaxValue)),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        _ => null,
    };

    // Of keys that occur twice, the last wins.
    private static JsonObject Copy(JsonElement.ObjectEnumerator properties)
    {
        var copy = new JsonObject();
        foreach (var property in properties)
            copy[property.Name] = Of(property.Value);
        return copy;
    }
}
