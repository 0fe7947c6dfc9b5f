using System.Globalization;
using Vibee.Server.Requests;

namespace Vibee.Server.Middleware.Limits;

/// <summary>Tells clients how they stand, as OpenAI does.</summary>
internal static class LimitHeaders
{
    public static void Write(IHeaderDictionary headers, Standing standing)
    {
        Write(headers, "requests", standing.Requests);
        Write(headers, "tokens", standing.Tokens);
    }

    public static ApiError Refuse(Standing standing)
    {
        // Whichever keeps it longer from going on.
        var (what, left) = standing is { Requests: { } requests, Tokens: { } tokens }
            ? tokens.UntilOne > requests.UntilOne ? ("tokens", tokens) : ("requests", requests)
            : standing.Tokens is { } only ? ("tokens", only) : ("requests", standing.Requests!.Value);
        return ApiError.RateLimited(what, left.Rate.PerMinute, left.UntilOne);
    }

    private static void Write(IHeaderDictionary headers, string what, Left? left)
    {
        if (left is not { } known)
            return;
        headers[$"x-ratelimit-limit-{what}"] = known.Rate.Capacity.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{what}"] = known.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{what}"] = Show(known.UntilFull);
    }

    /// <summary>A duration as OpenAI writes it, rounded up: <c>120ms</c>, <c>7s</c>, <c>6m0s</c>, <c>1h0m0s</c>.</summary>
    internal static string Show(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(1))
            return $"{(int)Math.Ceiling(time.TotalMilliseconds)}ms";
        var seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds switch
        {
            < 60 => $"{seconds}s",
            < 3600 => $"{seconds / 60}m{seconds % 60}s",
            _ => $"{seconds / 3600}h{seconds / 60 % 60}m{seconds % 60}s",
        };
    }
}
