using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vibee.LlamaCpp;

/// <summary>Native code reports how far it has read a model and asks whether to go on.</summary>
/// <remarks>Called on the thread that loads.</remarks>
internal sealed unsafe class LoadProgress(IProgress<float>? progress, CancellationToken cancellation)
{
    /// <summary>What the caller's <see cref="IProgress{T}"/> threw; it ended the loading.</summary>
    public Exception? Failure { get; private set; }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static byte OnProgress(float done, void* self) =>
        ((LoadProgress)GCHandle.FromIntPtr((nint)self).Target!).Report(done) ? (byte)1 : (byte)0;

    private bool Report(float done)
    {
        try
        {
            progress?.Report(done);
            return !cancellation.IsCancellationRequested;
        }
        catch (Exception exception)
        {
            Failure = exception; // must not unwind through native frames
            return false;
        }
    }
}
