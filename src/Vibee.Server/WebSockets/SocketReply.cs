using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Vibee.Server.Generation;
using Vibee.Server.Observability;
using Vibee.Server.Requests;

namespace Vibee.Server.WebSockets;

/// <summary>
/// The way back of one request of a WebSocket: what would be an HTTP response becomes messages that bear the request's id.
/// It is the response and the lifetime of the request's own <see cref="HttpContext"/>.
/// </summary>
/// <remarks>Messages: <c>{"id", "chunk"}</c> for each chunk of a stream, <c>{"id", "answer"}</c> for an answer that is whole,
/// and last <c>{"id", "finish_reason", "usage"}</c> or <c>{"id", "status", "error"}</c>.</remarks>
internal sealed class SocketReply : HttpResponseFeature, IHttpRequestLifetimeFeature
{
    // Never disposed, since it may be cancelled at any time; without timer and wait handle there is nothing to dispose.
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<(Func<object, Task> Callback, object State)> _completed = [];
    private readonly SocketWriter _writer;
    private readonly JsonEncodedText _id;
    private bool _isStreamed;
    private volatile bool _isCancelled;

    /// <param name="id">The client's; null where there is none.</param>
    /// <param name="writer">The socket's.</param>
    public SocketReply(string? id, SocketWriter writer)
    {
        _writer = writer;
        _id = JsonEncodedText.Encode(id ?? "", JsonReply.Options.Encoder);
        RequestAborted = _cancellation.Token;
    }

    /// <summary>What is written without being streamed: a refusal, or a whole answer.</summary>
    public MemoryStream Content { get; } = new();

    /// <summary>What a stream ended with that had begun.</summary>
    public ApiError? Error { get; set; }

    public CancellationToken RequestAborted { get; set; }

    public override bool HasStarted => _isStreamed;

    /// <summary>The client wants no more of it.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        _cancellation.Cancel();
    }

    /// <summary>The server cannot go on with it.</summary>
    public void Abort()
    {
        Error ??= ApiError.Internal;
        _cancellation.Cancel();
    }

    public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Add((callback, state));

    public EventStream Open()
    {
        _isStreamed = true;
        return new SocketStream(this, _writer, new ArrayBufferWriter<byte>(512));
    }

    /// <summary>Begins the message of a chunk, up to the chunk.</summary>
    public void WriteChunkStart(IBufferWriter<byte> output)
    {
        output.Write("{\"id\":\""u8);
        output.Write(_id.EncodedUtf8Bytes);
        output.Write("\",\"chunk\":"u8);
    }

    /// <summary>Sends what there is, and the last message.</summary>
    public async Task FinishAsync(RequestNotes notes)
    {
        foreach (var (callback, state) in _completed)
            await callback(state);
        // What was cancelled ends without its answer, which is an error only to who waits for it.
        if (Error is { } error && !_isCancelled)
        {
            await RefuseAsync(error);
            return;
        }

        if (Content.Length > 0)
        {
            using var content = JsonDocument.Parse(Content.GetBuffer().AsMemory(0, (int)Content.Length));
            if (StatusCode != StatusCodes.Status200OK)
            {
                await SendErrorAsync(StatusCode, Headers.RetryAfter, content.RootElement);
                return;
            }

            await SendAsync(json => WriteProperty(json, "answer"u8, content.RootElement));
        }

        await SendAsync(json =>
        {
            json.WriteString("finish_reason"u8, Error is null ? notes.FinishReason ?? "cancelled" : "cancelled");
            notes.Usage.Write(json);
        });
    }

    /// <summary>Ends a request with an error, or answers what did not become one.</summary>
    public async Task RefuseAsync(ApiError error)
    {
        using var content = JsonDocument.Parse(Written(error.Write));
        await SendErrorAsync(error.Status, error.RetryAfter?.ToString(CultureInfo.InvariantCulture), content.RootElement);
    }

    private Task SendErrorAsync(int status, string? retryAfter, JsonElement content) => SendAsync(json =>
    {
        json.WriteNumber("status"u8, status);
        if (int.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            json.WriteNumber("retry_after"u8, seconds);
        WriteProperty(json, "error"u8, content.GetProperty("error"u8));
    });

    private Task SendAsync(Action<Utf8JsonWriter> write) => _writer.SendAsync(Written(json =>
    {
        json.WriteStartObject();
        if (_id.EncodedUtf8Bytes.Length > 0)
            json.WriteString("id"u8, _id);
        else
            json.WriteNull("id"u8); // what it answers could not be read so far
        write(json);
        json.WriteEndObject();
    })).AsTask();

    private static void WriteProperty(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonElement value)
    {
        json.WritePropertyName(name);
        value.WriteTo(json);
    }

    private static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonReply.Options))
            write(json);
        return buffer.WrittenMemory;
    }
}
