using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.WebSockets;

/// <summary>What a client's message is: a request with its id, or the id of a request to cancel.</summary>
/// <param name="Id">The id, as far as the message could be read; null is none.</param>
/// <param name="Cancel">The id of the request to be cancelled, or null.</param>
/// <param name="Body">The request as it would be sent over HTTP.</param>
/// <param name="Problem">Why it is none of this.</param>
internal readonly record struct SocketMessage(string? Id, string? Cancel, byte[] Body, ApiError? Problem)
{
    private const int LongestId = 128;

    // A socket is there to stream; who wants a whole answer says so, and of two equal names the last counts.
    private static ReadOnlySpan<byte> Prefix => "{\"stream\":true,"u8;

    public static SocketMessage Read(ReadOnlySpan<byte> text)
    {
        string? id = null, cancel = null;
        try
        {
            var reader = new Utf8JsonReader(text);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return Bad(null, "A message must be a JSON object.");
            var start = (int)reader.BytesConsumed;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isCancel) = (reader.ValueTextEquals("id"u8), reader.ValueTextEquals("cancel"u8));
                reader.Read();
                if (!isId && !isCancel)
                    reader.Skip();
                else if (reader.TokenType != JsonTokenType.String || reader.GetString() is not { Length: > 0 and <= LongestId } value)
                    return Bad(id, $"'{(isId ? "id" : "cancel")}' must be a string of 1 to {LongestId} characters.", isId ? "id" : "cancel");
                else if (isId)
                    id = value;
                else
                    cancel = value;
            }

            if (reader.Read())
                return Bad(id, "A message must be one JSON object.");
            if (cancel is not null)
                return new SocketMessage(id, cancel, [], null);
            return id is null
                ? new SocketMessage(null, null, [], ApiError.Invalid("id", "missing_required_parameter", "'id' is required: answers bear it."))
                : new SocketMessage(id, null, [.. Prefix, .. text[start..]], null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            return Bad(id, "The message is not valid JSON.");
        }
    }

    private static SocketMessage Bad(string? id, string message, string? param = null) =>
        new(id, null, [], new ApiError(400, message, param));
}
