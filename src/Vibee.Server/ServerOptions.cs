using Vibee.Server.Middleware.Connections;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Middleware.Limits;

namespace Vibee.Server;

/// <summary>Settings of the HTTP edge.</summary>
public sealed record ServerOptions
{
    /// <summary>An address or host name to listen on; <c>0.0.0.0</c> is every IPv4 interface, <c>unix:/path</c> a
    /// socket in the file system.</summary>
    public string Host { get; init; } = "0.0.0.0";

    /// <summary>The port; 0 lets the system choose one.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>The largest request body in bytes, and the largest message of a WebSocket.</summary>
    public long MaxRequestBody { get; init; } = 64L << 20;

    /// <summary>How long the client of a WebSocket may take to answer a ping before it is given up.</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A comment keeps a stream alive when nothing was sent for so long, a ping a WebSocket.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Where traces and metrics are sent, as OTLP over HTTP (<c>/v1/traces</c> and <c>/v1/metrics</c> below it);
    /// null is nowhere.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>How long running streams may go on when the server is told to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sampling values that stand over the model's where a request is silent.</summary>
    public SamplingOverrides Sampling { get; init; } = new();

    /// <summary>Who may use it.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>How much.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>Origins whose pages may use it from a browser, such as <c>https://example.org</c>; <c>*</c> is every one.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    public ConnectionOptions Connections { get; init; } = new();

    /// <summary>The clock that keys expire by and limits are counted by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
