using System.Text.Json;

namespace Vibee.Server.OpenApi;

/// <summary>The two shapes of errors, for the document.</summary>
internal static class ErrorSchemas
{
    public const string OpenAi = "Error";
    public const string Anthropic = "AnthropicError";

    public static void Write(Utf8JsonWriter json)
    {
        Write(json, OpenAi, """
            {"type":"object","required":["error"],"properties":{"error":{"type":"object","required":["message","type","param","code"],
            "properties":{"message":{"type":"string"},"type":{"type":"string"},"param":{"type":["string","null"]},"code":{"type":["string","null"]}}}}}
            """);
        Write(json, Anthropic, """
            {"type":"object","required":["type","error","request_id"],"properties":{"type":{"const":"error"},"request_id":{"type":"string"},
            "error":{"type":"object","required":["type","message"],"properties":{"type":{"type":"string"},"message":{"type":"string"}}}}}
            """);
    }

    private static void Write(Utf8JsonWriter json, string name, string schema)
    {
        using var document = JsonDocument.Parse(schema);
        json.WritePropertyName(name);
        document.RootElement.WriteTo(json);
    }
}
