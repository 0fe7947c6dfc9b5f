namespace Vibee.Server.Middleware.Limits;

/// <summary>How much each client may ask for. A client is a key, or without keys an address.</summary>
public sealed record LimitOptions
{
    /// <summary>Null is no limit, unless a key has its own.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Requests that may come at once after a rest; null is a minute's.</summary>
    public int? RequestBurst { get; init; }

    /// <summary>Tokens of prompts and answers; null is no limit, unless a key has its own.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>A Redis that counts for several servers: an address such as <c>localhost:6379</c>, which may be followed by
    /// options of StackExchange.Redis. Null is to count in memory.</summary>
    public string? Redis { get; init; }

    internal bool Any => RequestsPerMinute is not null || TokensPerMinute is not null;
}
