using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Vibee.Server.Middleware;

/// <summary>What pages of other origins may do.</summary>
internal static class Cors
{
    /// <summary>Headers that a page may read: what SDKs show, and what they wait by.</summary>
    private static readonly string[] Exposed =
    [
        "x-request-id", "request-id", "retry-after", "x-should-retry",
        "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
        "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
    ];

    /// <summary>All of the API for the named origins. No cookies: there are none, and keys travel in headers.</summary>
    public static CorsPolicy Policy(IReadOnlyList<string> origins)
    {
        var policy = new CorsPolicyBuilder().AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(Exposed).SetPreflightMaxAge(TimeSpan.FromMinutes(10));
        return (origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. origins])).Build();
    }
}
