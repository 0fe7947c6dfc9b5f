using System.Net.WebSockets;

namespace Vibee.Server.WebSockets;

/// <summary>Sends the messages of all requests of a WebSocket, one at a time. Whoever has something to send waits for its
/// client to take it, so that a slow reader holds up its own requests, and nothing is queued.</summary>
internal sealed class SocketWriter(WebSocket socket)
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Sends a message. To a client that is gone it does nothing: whoever reads from it sees that.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        await _gate.WaitAsync();
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception exception) when (SocketSession.IsGone(exception))
        {
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Says that nothing more will be sent, and why.</summary>
    public async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        await _gate.WaitAsync();
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, reason, CancellationToken.None);
        }
        catch (Exception exception) when (SocketSession.IsGone(exception))
        {
        }
        finally
        {
            _gate.Release();
        }
    }
}
