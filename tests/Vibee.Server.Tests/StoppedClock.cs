namespace Vibee.Server.Tests;

/// <summary>A clock that goes on when a test says so.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time) => _passed += time;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) + _passed;

    public override long GetTimestamp() => _passed.Ticks;
}
