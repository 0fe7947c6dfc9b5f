namespace Vibee.Server;

/// <summary>Settings of the HTTP edge.</summary>
public sealed record ServerOptions
{
    /// <summary>An address or host name to listen on; <c>0.0.0.0</c> is every IPv4 interface.</summary>
    public string Host { get; init; } = "0.0.0.0";

    /// <summary>The port; 0 lets the system choose one.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>The largest request body in bytes.</summary>
    public long MaxRequestBody { get; init; } = 64L << 20;

    /// <summary>A comment keeps a stream alive when nothing was sent for so long.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long running streams may go on when the server is told to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sampling values that stand over the model's where a request is silent.</summary>
    public SamplingOverrides Sampling { get; init; } = new();
}
