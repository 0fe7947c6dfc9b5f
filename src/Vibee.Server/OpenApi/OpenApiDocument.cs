using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing.Patterns;
using Vibee.Server.Anthropic;

namespace Vibee.Server.OpenApi;

/// <summary>Writes what the server's routes and their readers say as an OpenAPI 3.1 document.</summary>
/// <remarks>Why not Microsoft.AspNetCore.OpenApi: docs/decisions/006-openapi-from-the-readers.md.</remarks>
internal sealed partial class OpenApiDocument(IEnumerable<Endpoint> endpoints, Loaded model)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Vibee");
        json.WriteString("version", VibeeServer.Version);
        json.WriteString("description", "Fields that are not listed are ignored; null is the same as absent.");
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var path in endpoints.OfType<RouteEndpoint>().Where(IsDescribed).GroupBy(PathOf))
            WritePath(json, path.Key, path);
        json.WriteEndObject();
        json.WriteStartObject("components");
        Answers.WriteSchemas(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The route as the document spells it.</summary>
    public static string PathOf(RouteEndpoint endpoint) => CatchAll().Replace(endpoint.RoutePattern.RawText!, "{");

    private static bool IsDescribed(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null;

    private void WritePath(Utf8JsonWriter json, string path, IEnumerable<RouteEndpoint> endpoints)
    {
        json.WriteStartObject(path);
        foreach (var endpoint in endpoints)
        {
            // HEAD is GET without a body, which every client knows.
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Where(method => method != "HEAD") ?? [])
                WriteOperation(json, path, method, endpoint);
        }

        json.WriteEndObject();
    }

    private void WriteOperation(Utf8JsonWriter json, string path, string method, RouteEndpoint endpoint)
    {
        var operation = endpoint.Metadata.GetMetadata<Operation>() ?? new Operation(path, null, [], []);
        var schema = operation.Schema(model);
        json.WriteStartObject(method.ToLowerInvariant());
        json.WriteString("operationId", $"{method.ToLowerInvariant()}{NoLetters().Replace(path, "_")}");
        json.WriteString("summary", operation.Summary);
        WriteParameters(json, endpoint.RoutePattern.Parameters, operation.Query);
        if (schema is not null)
            WriteBody(json, schema, operation.Examples);
        json.WriteStartObject("responses");
        WriteResponse(json, "200", "The answer.", endpoint.Metadata.GetMetadata<Answers>());
        WriteResponse(json, "default", "What was wrong, and what to do.",
            new Answers(AnthropicError.IsAnthropic(path) ? Answers.AnthropicError : Answers.Error));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, IReadOnlyList<RoutePatternParameterPart> inPath, string[] inQuery)
    {
        if (inPath.Count + inQuery.Length == 0)
            return;
        json.WriteStartArray("parameters");
        foreach (var (name, place) in inPath.Select(part => (part.Name, "path")).Concat(inQuery.Select(name => (name, "query"))))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("in", place);
            json.WriteBoolean("required", true);
            json.WriteStartObject("schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteBody(Utf8JsonWriter json, FieldSchema schema, string[] examples)
    {
        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", true);
        json.WriteStartObject("content");
        json.WriteStartObject("application/json");
        json.WritePropertyName("schema");
        schema.Write(json);
        json.WriteStartObject("examples");
        for (var i = 0; i < examples.Length; i++)
        {
            using var example = JsonDocument.Parse(examples[i]);
            json.WriteStartObject($"{i + 1}");
            json.WritePropertyName("value");
            example.RootElement.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, string status, string description, Answers? answers)
    {
        json.WriteStartObject(status);
        json.WriteString("description", description);
        if (answers is not null)
        {
            json.WriteStartObject("content");
            WriteContent(json, "application/json", answers.Whole);
            if (answers.Event is not null)
                WriteContent(json, "text/event-stream", answers.Event);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string type, string schema)
    {
        json.WriteStartObject(type);
        json.WriteStartObject("schema");
        json.WriteString("$ref", $"#/components/schemas/{schema}");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    [GeneratedRegex(@"\{\*+")]
    private static partial Regex CatchAll();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoLetters();
}
