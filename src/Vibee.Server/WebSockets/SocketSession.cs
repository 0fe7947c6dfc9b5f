using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Vibee.Server.Observability;
using Vibee.Server.Requests;

namespace Vibee.Server.WebSockets;

/// <summary>One WebSocket from its first message to its last: reads requests, has each answered beside the others, cancels
/// what is to be cancelled, and at the end all that is left.</summary>
/// <remarks>One task reads. Each request has a task of its own; all of them send through one <see cref="SocketWriter"/>.</remarks>
internal sealed class SocketSession(HttpContext upgrade, WebSocket socket, SocketRequests requests, long maxMessage)
{
    /// <summary>Requests of one socket at a time. A client that reads nothing makes us keep a context's length of tokens for
    /// each.</summary>
    private const int MostRequests = 256;

    private const int FirstBuffer = 4096;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, SocketReply> _running = new();
    private readonly SemaphoreSlim _room = new(MostRequests, MostRequests);
    private readonly SemaphoreSlim _draining = new(1, 1);
    private readonly SocketWriter _writer = new(socket);

    /// <summary>A socket fails in one of these ways when its client goes, or is given up.</summary>
    public static bool IsGone(Exception exception) =>
        exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or ConnectionAbortedException or InvalidOperationException;

    /// <param name="stopping">The server is: what runs may end, then the socket is closed.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        Task? closing = null;
        await using (stopping.UnsafeRegister(_ => closing = CloseAsync(), null))
        {
            try
            {
                while (await ReceiveAsync() is { } message)
                    await TakeAsync(message);
            }
            catch (Exception exception) when (IsGone(exception))
            {
            }
        }

        // The client said goodbye, or is gone: nobody waits for what is left.
        foreach (var reply in _running.Values)
            reply.Cancel();
        await DrainAsync();
        await _writer.CloseAsync(WebSocketCloseStatus.NormalClosure, "");
        if (closing is not null)
            await closing;
    }

    private async Task CloseAsync()
    {
        await DrainAsync();
        await _writer.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "The server is shutting down.");
        // A client answers this by closing too, which ends the reading; one that does not is left.
        await Task.Delay(Farewell, upgrade.RequestAborted).ContinueWith(_ => socket.Abort(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Waits until no request runs.</summary>
    private async Task DrainAsync()
    {
        await _draining.WaitAsync(); // two that each take a part of the room would wait for each other
        for (var i = 0; i < MostRequests; i++)
            await _room.WaitAsync();
        _room.Release(MostRequests);
        _draining.Release();
    }

    private async Task TakeAsync(SocketMessage message)
    {
        if (message.Problem is { } problem)
            await RefuseAsync(message.Id, problem);
        else if (message.Cancel is { } cancelled)
            Cancel(cancelled);
        else if (_running.ContainsKey(message.Id!))
            await RefuseAsync(message.Id, ApiError.Invalid("id", "duplicate_id", $"A request with the id '{message.Id}' is being answered already, and goes on."));
        else if (!_room.Wait(0))
            await RefuseAsync(message.Id, new ApiError(429, $"A WebSocket takes {MostRequests} requests at a time.", null, "too_many_requests", "requests") { RetryAfter = 1 });
        else
            Start(message);
    }

    private void Start(SocketMessage message)
    {
        var reply = new SocketReply(message.Id, _writer);
        _running[message.Id!] = reply;
        _ = Task.Run(() => AnswerAsync(message, reply)); // reading a long prompt must not hold up the next message
    }

    private async Task AnswerAsync(SocketMessage message, SocketReply reply)
    {
        try
        {
            var notes = await requests.AnswerAsync(upgrade, message.Body, reply);
            _running.TryRemove(message.Id!, out _); // before its last message, after which the client may use the id again
            await reply.FinishAsync(notes);
        }
        finally
        {
            _running.TryRemove(new KeyValuePair<string, SocketReply>(message.Id!, reply));
            _room.Release();
        }
    }

    // One that is not there has just ended.
    private void Cancel(string id)
    {
        if (_running.TryGetValue(id, out var reply))
            reply.Cancel();
    }

    private Task RefuseAsync(string? id, ApiError problem) => new SocketReply(id, _writer).RefuseAsync(problem);

    /// <returns>Null when the client has said its last.</returns>
    private async Task<SocketMessage?> ReceiveAsync()
    {
        // A socket that waits for its next message holds no buffer.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, upgrade.RequestAborted);
        if (first.MessageType == WebSocketMessageType.Close)
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            while (!(length == 0 && first.EndOfMessage))
            {
                if (length == buffer.Length)
                    buffer = Grown(buffer);
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), upgrade.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                    return null;
                length += received.Count;
                if (length > maxMessage)
                {
                    await _writer.CloseAsync(WebSocketCloseStatus.MessageTooBig, $"A message may have {maxMessage} bytes.");
                    return null;
                }

                if (received.EndOfMessage)
                    break;
            }

            return SocketMessage.Read(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grown(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
