using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.Anthropic;

/// <summary>Refusals in the shape that Anthropic's clients expect. Which shape it is the path decides, so that it also
/// holds for what is refused before an endpoint is reached.</summary>
internal static class AnthropicError
{
    public const string ThreadUnsupported = "thread_unsupported_request";
    public const string RequestIdHeader = "request-id";

    public static bool IsAnthropic(PathString path) => path.StartsWithSegments("/v1/messages");

    public static void Write(Utf8JsonWriter json, ApiError error, HttpResponse response)
    {
        json.WriteStartObject();
        WriteFields(json, error);
        json.WriteString("request_id"u8, response.Headers[RequestIdHeader].ToString());
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, ApiError error)
    {
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(error.Status));
        // Clients know by these words that the conversation must be made shorter.
        json.WriteString("message"u8, error.Code == "context_length_exceeded" ? $"prompt is too long: {error.Message}" : error.Message);
        if (error.Code == ThreadUnsupported)
            WriteThreadDetails(json);
        json.WriteEndObject();
    }

    // By these the SDKs know to send the whole conversation instead.
    private static void WriteThreadDetails(Utf8JsonWriter json)
    {
        json.WriteStartObject("details"u8);
        json.WriteString("error_code"u8, ThreadUnsupported);
        json.WriteStartArray("unsupported"u8);
        json.WriteStringValue("thread"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        >= 500 => "api_error",
        _ => ApiError.InvalidRequest,
    };
}
