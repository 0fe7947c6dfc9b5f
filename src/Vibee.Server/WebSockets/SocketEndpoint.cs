using Vibee.Server.Middleware.Keys;
using Vibee.Server.Observability;
using Vibee.Server.Requests;

namespace Vibee.Server.WebSockets;

/// <summary>GET on a path that answers POST: with an upgrade it opens a WebSocket, whose messages are such requests.</summary>
/// <param name="options">Settings.</param>
/// <param name="metrics">Where to count.</param>
/// <param name="routes">Where to find what answers POST.</param>
/// <param name="services">The server's.</param>
internal sealed class SocketEndpoint(ServerOptions options, ServerMetrics metrics, EndpointDataSource routes, IServiceProvider services)
{
    private static readonly ApiError ForeignOrigin = new(403,
        "A page of this origin may not open a WebSocket here (--cors-origin).", null, "origin_not_allowed");

    /// <summary>The way of a request through the server; set once it is built.</summary>
    public RequestDelegate Pipeline { get; set; } = null!;

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Post;
            return;
        }

        if (!MayOpen(context.Request))
        {
            await ForeignOrigin.SendAsync(context);
            return;
        }

        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        // A browser that offers protocols wants one of them agreed on; the one with its key is not repeated to it.
        var protocol = context.WebSockets.WebSocketRequestedProtocols
            .FirstOrDefault(name => !name.StartsWith(Credential.SubprotocolPrefix, StringComparison.Ordinal));
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        metrics.WebSocketOpens();
        try
        {
            var requests = new SocketRequests(Pipeline, FindPost(context), services.GetRequiredService<IServiceScopeFactory>());
            await new SocketSession(context, socket, requests, options.MaxRequestBody).RunAsync(lifetime.ApplicationStopping);
        }
        finally
        {
            metrics.WebSocketCloses();
        }
    }

    // Browsers let every page open WebSockets to everywhere, and leave it to the server to look where the page is from.
    private bool MayOpen(HttpRequest request) =>
        request.Headers.Origin is not [{ Length: > 0 } origin]
        || options.CorsOrigins.Contains("*")
        || options.CorsOrigins.Contains(origin)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private RouteEndpoint FindPost(HttpContext context)
    {
        var pattern = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText;
        return routes.Endpoints.OfType<RouteEndpoint>().Single(endpoint =>
            endpoint.RoutePattern.RawText == pattern && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Contains(HttpMethods.Post));
    }
}
