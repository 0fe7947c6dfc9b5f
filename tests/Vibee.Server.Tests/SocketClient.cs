using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Server.Tests;

/// <summary>A client of the WebSocket API that reads message by message.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 16];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ClientWebSocket Socket => _socket;

    public static async Task<SocketClient> OpenAsync(TestServer server, string path = "/v1/chat/completions", Action<ClientWebSocketOptions>? configure = null)
    {
        var client = new SocketClient();
        configure?.Invoke(client._socket.Options);
        await client._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}{path}"), Cancellation);
        return client;
    }

    public Task SendAsync(string message) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, Cancellation);

    /// <summary>Asks chat with one user message and more fields after it.</summary>
    public Task AskAsync(string id, string fields = "") => SendAsync($$"""{"id":"{{id}}",{{TestServer.ChatBody(fields)[1..]}}""");

    /// <summary>The next message, or null when the server has closed.</summary>
    public async Task<JsonNode?> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), Cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            length += received.Count;
            if (received.EndOfMessage)
                return JsonNode.Parse(_buffer.AsSpan(0, length))!;
        }
    }

    /// <summary>All messages up to the last one of request <paramref name="id"/>.</summary>
    public async Task<List<JsonNode>> ReceiveAllAsync(string id)
    {
        var messages = new List<JsonNode>();
        while (await ReceiveAsync() is { } message)
        {
            messages.Add(message);
            if ((string?)message["id"] == id && IsLast(message))
                return messages;
        }

        throw new InvalidOperationException($"The server closed before the end of {id}.");
    }

    public static bool IsLast(JsonNode message) => message["finish_reason"] is not null || message["error"] is not null;

    public static List<JsonNode> Chunks(IEnumerable<JsonNode> messages, string id) =>
        [.. messages.Where(message => (string?)message["id"] == id && message["chunk"] is not null).Select(message => message["chunk"]!)];

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
