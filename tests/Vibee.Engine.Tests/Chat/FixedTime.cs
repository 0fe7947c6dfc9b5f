namespace Vibee.Engine.Tests.Chat;

/// <summary>A clock that stands still, in UTC.</summary>
internal sealed class FixedTime(DateTime now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(DateTime.SpecifyKind(now, DateTimeKind.Utc));
}
