using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.Generation;

/// <summary>
/// Server-sent events, written straight into the response's pipe. While a writer holds the gate nobody else writes,
/// and when nothing was sent for a while a comment keeps proxies from closing the connection.
/// </summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly PipeWriter _pipe;
    private readonly Utf8JsonWriter _json;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly PeriodicTimer _timer;
    private readonly Task _pings;
    private volatile bool _quiet;

    public EventStream(HttpResponse response, TimeSpan pingInterval)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        _pipe = response.BodyWriter;
        _json = new Utf8JsonWriter(_pipe, JsonReply.Options);
        _timer = new PeriodicTimer(pingInterval);
        _pings = PingAsync();
    }

    /// <summary>Waits until nobody else writes, writes, and sends it if it was anything.</summary>
    public async ValueTask WriteAsync<T>(T what, Action<EventStream, T> write)
    {
        await _gate.WaitAsync();
        await WriteInsideAsync(what, write);
    }

    /// <summary>Begins a frame; its JSON is written to the result.</summary>
    public Utf8JsonWriter BeginFrame()
    {
        _pipe.Write("data: "u8);
        _json.Reset();
        return _json;
    }

    public void EndFrame()
    {
        _json.Flush();
        _pipe.Write("\n\n"u8);
    }

    public void WriteDone() => _pipe.Write("data: [DONE]\n\n"u8);

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _pings;
        _gate.Dispose();
        await _json.DisposeAsync();
    }

    private async ValueTask WriteInsideAsync<T>(T what, Action<EventStream, T> write)
    {
        try
        {
            _quiet = false;
            write(this, what);
            // To a client that is gone this does nothing, and for a slow one it waits: that is the back pressure.
            if (_pipe.UnflushedBytes > 0)
                await _pipe.FlushAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task PingAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            // Quiet since the last tick, so for one interval at least and two at most. A taken gate is not quiet.
            if (_quiet && _gate.Wait(0))
                await WriteInsideAsync(_pipe, static (_, pipe) => pipe.Write(":\n\n"u8));
            _quiet = true;
        }
    }
}
