using System.Diagnostics;

namespace Vibee.Engine;

/// <summary>Measures how often a place in a busy queue becomes free. Written by the engine's thread, read by any.</summary>
internal sealed class QueueClock
{
    private long _lastEnd;
    private double _seconds;

    /// <summary>The mean time between two ends, of late; zero when none was measured.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(Volatile.Read(ref _seconds));

    /// <summary>A sequence ended.</summary>
    /// <param name="othersWait">Whether the queue was in use; the time till the next end is measured only then, since an
    /// idle server's tells nothing.</param>
    public void Ended(bool othersWait)
    {
        var now = Stopwatch.GetTimestamp();
        if (_lastEnd != 0)
        {
            var seconds = Stopwatch.GetElapsedTime(_lastEnd, now).TotalSeconds;
            Volatile.Write(ref _seconds, _seconds == 0 ? seconds : _seconds + (seconds - _seconds) * 0.2);
        }

        _lastEnd = othersWait ? now : 0;
    }
}
