namespace Vibee.Server.Middleware.Limits;

/// <summary>The limits of one client; null is none.</summary>
internal readonly record struct Quota(Rate? Requests, Rate? Tokens)
{
    public bool IsNone => Requests is null && Tokens is null;
}

/// <summary>What a client has left of one thing.</summary>
/// <param name="Rate">Its limit.</param>
/// <param name="Level">What is left; negative is debt.</param>
internal readonly record struct Left(Rate Rate, double Level)
{
    public long Remaining => Math.Max(0, (long)Math.Floor(Level + Bucket.Rounding));

    /// <summary>Until everything is there again.</summary>
    public TimeSpan UntilFull => Rate.TimeFor(Rate.Capacity - Level);

    /// <summary>Until there is one.</summary>
    public TimeSpan UntilOne => Rate.TimeFor(1 - Level);
}

/// <summary>How a client stands after it asked for one request more.</summary>
/// <param name="Granted">Whether it was granted; if not, nothing was taken.</param>
internal readonly record struct Standing(bool Granted, Left? Requests, Left? Tokens);
