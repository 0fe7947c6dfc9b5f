using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Vibee.Bench.Engines;

/// <summary>How fast this machine's threads read memory when they do nothing else: what no engine can go beyond whose
/// weights come from memory at every step.</summary>
internal static class MemoryBandwidth
{
    // Together more than any processor's caches hold.
    private const long BufferBytes = 512L << 20;
    private const int Passes = 8;

    /// <returns>Bytes per second of the best pass: other work on the machine only ever makes one slower.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static double Measure(int threads, Action<float> onProgress, CancellationToken cancellation)
    {
        var best = double.MaxValue;
        var started = 0L;
        var pass = 0;
        using var barrier = new Barrier(threads, _ =>
        {
            var now = Stopwatch.GetTimestamp();
            if (pass > 0)
                best = Math.Min(best, Stopwatch.GetElapsedTime(started, now).TotalSeconds);
            onProgress((float)pass / Passes);
            pass++;
            started = Stopwatch.GetTimestamp();
        });

        var length = (int)(BufferBytes / sizeof(ulong) / threads);
        var team = Enumerable.Range(0, threads).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        team.ForEach(thread => thread.Start());
        team.ForEach(thread => thread.Join());
        // The buffers are a good part of what the model may need.
        GC.Collect();
        cancellation.ThrowIfCancellationRequested();
        return (double)length * sizeof(ulong) * threads / best;

        void Work()
        {
            // Written by the thread that reads it: memory lies where it was first touched, and untouched memory nowhere.
            var buffer = GC.AllocateUninitializedArray<ulong>(length);
            Array.Fill(buffer, 1UL);
            barrier.SignalAndWait();
            for (var i = 0; i < Passes; i++)
            {
                if (!cancellation.IsCancellationRequested)
                    GC.KeepAlive(Sum(buffer));
                barrier.SignalAndWait();
            }
        }
    }

    // Four sums, or each addition would wait for the one before.
    private static ulong Sum(ReadOnlySpan<ulong> buffer)
    {
        var vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(buffer);
        Vector<ulong> a = default, b = default, c = default, d = default;
        for (var i = 0; i + 3 < vectors.Length; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }

        return Vector.Sum(a + b + c + d);
    }
}
