namespace Vibee.Server.Middleware.Connections;

/// <summary>How connections are made secure, and what they may cost.</summary>
public sealed record ConnectionOptions
{
    /// <summary>A file with the certificate and those that lead to its root, in PEM; null is no TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>A file with its private key, in PEM. Both are read again when they change.</summary>
    public string? TlsKey { get; init; }

    /// <summary>A request's headers must be complete within this time.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection without a request is closed after this time.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>A body must come at this rate in bytes per second, on average, after the first five; 0 is any.</summary>
    public double MinBodyRate { get; init; } = 240;

    /// <summary>Connections from one address at the same time; null is any number.</summary>
    public int? MaxPerAddress { get; init; }

    /// <summary>The client's address is the last of <c>X-Forwarded-For</c>: what the proxy in front of the server saw.</summary>
    public bool TrustProxy { get; init; }
}
