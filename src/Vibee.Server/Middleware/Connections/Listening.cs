using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Vibee.Server.Middleware.Connections;

/// <summary>Where the server listens, and how.</summary>
internal sealed class Listening(ServerOptions options, ILogger logger)
{
    private const string UnixPrefix = "unix:";

    private readonly TlsCertificate? _certificate = options.Connections is { TlsCertificate: { } certificate, TlsKey: { } key }
        ? new TlsCertificate(certificate, key, logger)
        : null;

    private readonly ConnectionCounter? _counter = options.Connections.MaxPerAddress is { } most ? new ConnectionCounter(most, logger) : null;

    /// <summary>Where it listens, for messages.</summary>
    public string Place => IsUnix ? options.Host : $"{options.Host}:{options.Port}";

    /// <summary>What to do when somebody else listens there.</summary>
    public string WayOut => IsUnix ? "--host chooses another path" : "--port chooses another, 0 one that is free";

    private bool IsUnix => options.Host.StartsWith(UnixPrefix, StringComparison.Ordinal);

    public void Configure(KestrelServerOptions kestrel)
    {
        var connections = options.Connections;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // JsonBody does it, with an answer that has a body
        // A slow reader costs no slot, only its own bounded buffer and at most a context's length of tokens: it may take
        // its time. A model can also be slower than any rate one would set.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = connections.MinBodyRate > 0 ? new MinDataRate(connections.MinBodyRate, TimeSpan.FromSeconds(5)) : null;
        kestrel.Limits.RequestHeadersTimeout = connections.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = connections.IdleTimeout;

        if (IsUnix)
            kestrel.ListenUnixSocket(Vacant(options.Host[UnixPrefix.Length..]), Configure);
        else if (IPAddress.TryParse(options.Host, out var address))
            kestrel.Listen(address, options.Port, Configure);
        else if (options.Host == "localhost" && options.Port != 0)
            kestrel.ListenLocalhost(options.Port, Configure);
        else
            kestrel.Listen(Resolve(options.Host), options.Port, Configure);
    }

    private void Configure(ListenOptions listen)
    {
        if (_counter is not null)
            listen.Use(_counter.Wrap); // before TLS, which costs more than it does
        if (_certificate is not null)
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(_certificate.Options) });
    }

    // A server that was killed leaves its socket behind, where nobody listens any more.
    private static string Vacant(string path)
    {
        if (!File.Exists(path))
            return path;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused && !IsFile(path))
        {
            File.Delete(path);
            return path;
        }
        catch (SocketException)
        {
            // Something else than a socket, or one that is not ours to ask: listening will say why not.
        }

        return path;
    }

    // Nobody listens on an ordinary file either; but that can be opened.
    private static bool IsFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static IPAddress Resolve(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host)[0];
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new IOException($"Cannot listen on --host {host}: there is no such address.", exception);
        }
    }
}
