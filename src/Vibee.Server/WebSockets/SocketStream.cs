using System.Buffers;
using System.Text.Json;
using Vibee.Server.Generation;
using Vibee.Server.Requests;

namespace Vibee.Server.WebSockets;

/// <summary>A streamed answer on a WebSocket: each frame is a message that has the request's id and the chunk.</summary>
internal sealed class SocketStream(SocketReply reply, SocketWriter writer, ArrayBufferWriter<byte> buffer) : EventStream(buffer)
{
    private readonly List<int> _ends = [];

    public override Utf8JsonWriter BeginFrame()
    {
        reply.WriteChunkStart(Output);
        return base.BeginFrame();
    }

    public override Utf8JsonWriter BeginFrame(ReadOnlySpan<byte> name) => BeginFrame();

    public override void EndFrame()
    {
        base.EndFrame();
        Output.Write("}"u8);
        _ends.Add(buffer.WrittenCount);
    }

    public override void WriteDone()
    {
        // The reply's last message says it, and why.
    }

    public override void WriteError(ApiError error) => reply.Error = error;

    protected override async ValueTask FlushAsync()
    {
        var start = 0;
        foreach (var end in _ends)
        {
            await writer.SendAsync(buffer.WrittenMemory[start..end]);
            start = end;
        }

        _ends.Clear();
        buffer.ResetWrittenCount();
    }
}
