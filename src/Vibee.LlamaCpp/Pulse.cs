using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vibee.LlamaCpp;

/// <summary>Sees that an evaluation gets on: llama.cpp asks between two operations of a graph whether to abort, and is told
/// no.</summary>
/// <remarks>The CPU backend asks, on the thread that called it; GPU backends do not. Must live as long as the context it is
/// attached to, which has the address of the time stamp.</remarks>
internal sealed unsafe class Pulse
{
    private readonly long[] _ticks = GC.AllocateArray<long>(1, pinned: true);

    /// <summary>In Stopwatch ticks; 0 is never.</summary>
    public long LastBeat => Volatile.Read(ref _ticks[0]);

    public void AttachTo(nint context) =>
        NativeMethods.llama_set_abort_callback(context, &Beat, Unsafe.AsPointer(ref _ticks[0]));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Beat(void* ticks)
    {
        Volatile.Write(ref *(long*)ticks, Stopwatch.GetTimestamp());
        return 0;
    }
}
