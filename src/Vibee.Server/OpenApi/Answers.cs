using System.Text.Json;

namespace Vibee.Server.OpenApi;

/// <summary>What an endpoint answers in JSON, by the names of schemas in <c>schemas.json</c>. Written by hand, unlike what
/// is said of requests: what writes an answer cannot be asked without one. Tests hold real answers against it.</summary>
/// <param name="Whole">The answer.</param>
/// <param name="Event">The data of each event of a stream, where the endpoint has one.</param>
internal sealed record Answers(string Whole, string? Event = null)
{
    public const string Error = "Error";
    public const string AnthropicError = "AnthropicError";

    public static void WriteSchemas(Utf8JsonWriter json)
    {
        using var resource = typeof(Answers).Assembly.GetManifestResourceStream("schemas.json")!;
        using var schemas = JsonDocument.Parse(resource);
        json.WritePropertyName("schemas");
        schemas.RootElement.WriteTo(json);
    }
}
