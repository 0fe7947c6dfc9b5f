using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vibee.Grammars;

/// <summary>
/// Takes the time of short steps of the thread: on Linux the processor's time, so that what else runs on the machine does
/// not count, elsewhere the clock's. Pauses for garbage collection are told apart.
/// </summary>
internal readonly struct StepClock
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    private readonly double _started = Now();
    private readonly TimeSpan _paused = GC.GetTotalPauseDuration();

    public StepClock() { }

    /// <summary>Of the step until now, in milliseconds.</summary>
    public (double All, double Collecting) Elapsed => (Now() - _started, (GC.GetTotalPauseDuration() - _paused).TotalMilliseconds);

    private static double Now() => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out var time) == 0
        ? time.Seconds * 1e3 + time.Nanoseconds * 1e-6
        : Stopwatch.GetElapsedTime(0).TotalMilliseconds;

#pragma warning disable SYSLIB1054 // a generated stub would need unsafe code, for two numbers
    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Time time);
#pragma warning restore SYSLIB1054

    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
