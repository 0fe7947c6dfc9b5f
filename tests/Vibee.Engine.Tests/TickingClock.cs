namespace Vibee.Engine.Tests;

/// <summary>A clock that goes on by a millisecond whenever it is read: each step takes as long as any other, whatever is in
/// it, so that what the engine makes of measured times is the same in every run.</summary>
internal sealed class TickingClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => ++_ticks;
}
