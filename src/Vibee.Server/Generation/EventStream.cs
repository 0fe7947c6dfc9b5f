using System.Buffers;
using System.Text.Json;
using Vibee.Server.Requests;
using Vibee.Server.WebSockets;

namespace Vibee.Server.Generation;

/// <summary>
/// The frames of a streamed answer, on their way to its client. What a frame looks like around its JSON, and how it is
/// sent, is the one thing in which server-sent events (<see cref="SseStream"/>) and WebSockets (<see cref="SocketStream"/>)
/// differ. While a writer holds the gate nobody else writes.
/// </summary>
internal abstract class EventStream : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Utf8JsonWriter _json;

    /// <param name="output">Where frames are written to.</param>
    protected EventStream(IBufferWriter<byte> output)
    {
        Output = output;
        _json = new Utf8JsonWriter(output, JsonReply.Options);
    }

    protected IBufferWriter<byte> Output { get; }

    /// <summary>Begins the answer to a request, in the way that it came.</summary>
    public static EventStream Open(HttpContext context, TimeSpan pingInterval, byte[] ping) =>
        context.Features.Get<SocketReply>() is { } reply ? reply.Open() : new SseStream(context.Response, pingInterval, ping);

    /// <summary>Waits until nobody else writes, writes, and sends it if it was anything.</summary>
    public async ValueTask WriteAsync<T>(T what, Action<EventStream, T> write)
    {
        await _gate.WaitAsync();
        await WriteInsideAsync(what, write);
    }

    /// <summary>Begins a frame; its JSON is written to the result.</summary>
    public virtual Utf8JsonWriter BeginFrame()
    {
        _json.Reset();
        return _json;
    }

    /// <summary>Begins a frame that has a name.</summary>
    public abstract Utf8JsonWriter BeginFrame(ReadOnlySpan<byte> name);

    public virtual void EndFrame() => _json.Flush();

    /// <summary>Marks the end of an answer that is complete.</summary>
    public abstract void WriteDone();

    /// <summary>Ends an answer that failed.</summary>
    public virtual void WriteError(ApiError error)
    {
        error.Write(BeginFrame());
        EndFrame();
    }

    public virtual async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        await _json.DisposeAsync();
    }

    /// <summary>Sends what was written, if anything was. Waits for a client that reads slowly: that is the back
    /// pressure.</summary>
    protected abstract ValueTask FlushAsync();

    /// <summary>Writes only if nobody else does.</summary>
    protected async ValueTask TryWriteAsync<T>(T what, Action<EventStream, T> write)
    {
        if (_gate.Wait(0))
            await WriteInsideAsync(what, write);
    }

    private async ValueTask WriteInsideAsync<T>(T what, Action<EventStream, T> write)
    {
        try
        {
            write(this, what);
            await FlushAsync();
        }
        finally
        {
            _gate.Release();
        }
    }
}
