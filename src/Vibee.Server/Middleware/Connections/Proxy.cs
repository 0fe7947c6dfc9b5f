using Microsoft.AspNetCore.HttpOverrides;

namespace Vibee.Server.Middleware.Connections;

/// <summary>A proxy in front of the server that is trusted.</summary>
internal static class Proxy
{
    /// <summary>The address it saw, which is the last of the list; what stands before it anybody may have written.</summary>
    public static ForwardedHeadersOptions Headers()
    {
        var headers = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = 1 };
        // Whoever reaches the port is the proxy, wherever it is: that is what --trust-proxy says.
        headers.KnownIPNetworks.Clear();
        headers.KnownProxies.Clear();
        return headers;
    }
}
