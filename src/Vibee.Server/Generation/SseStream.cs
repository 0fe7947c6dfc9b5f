using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Vibee.Server.Generation;

/// <summary>
/// Server-sent events, written straight into the response's pipe. When nothing was sent for a while a ping keeps proxies
/// from closing the connection.
/// </summary>
internal sealed class SseStream : EventStream
{
    private readonly PipeWriter _pipe;
    private readonly byte[] _ping;
    private readonly PeriodicTimer _timer;
    private readonly Task _pings;
    private volatile bool _quiet;

    public SseStream(HttpResponse response, TimeSpan pingInterval, byte[] ping) : base(response.BodyWriter)
    {
        _ping = ping;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        _pipe = response.BodyWriter;
        _timer = new PeriodicTimer(pingInterval);
        _pings = PingAsync();
    }

    public override Utf8JsonWriter BeginFrame()
    {
        _pipe.Write("data: "u8);
        return base.BeginFrame();
    }

    public override Utf8JsonWriter BeginFrame(ReadOnlySpan<byte> name)
    {
        _pipe.Write("event: "u8);
        _pipe.Write(name);
        _pipe.Write("\n"u8);
        return BeginFrame();
    }

    public override void EndFrame()
    {
        base.EndFrame();
        _pipe.Write("\n\n"u8);
    }

    public override void WriteDone() => _pipe.Write("data: [DONE]\n\n"u8);

    public override async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _pings;
        await base.DisposeAsync();
    }

    protected override async ValueTask FlushAsync()
    {
        _quiet = false;
        // To a client that is gone this does nothing.
        if (_pipe.UnflushedBytes > 0)
            await _pipe.FlushAsync();
    }

    private async Task PingAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            // Quiet since the last tick, so for one interval at least and two at most. A taken gate is not quiet.
            if (_quiet)
                await TryWriteAsync(_ping, static (stream, ping) => ((SseStream)stream)._pipe.Write(ping));
            _quiet = true;
        }
    }
}
