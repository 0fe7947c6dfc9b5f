using Microsoft.AspNetCore.Authorization;

namespace Vibee.Server.Middleware.Limits;

/// <summary>Learns who sent a request, and refuses it where its limit is reached, before its body is read.</summary>
/// <remarks>Why not the framework's rate limiter: docs/decisions/010-limits.md.</remarks>
internal sealed class RateLimiting(RequestDelegate next, LimitOptions options, ILimitStore store)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var caller = new Caller(context, options, store);
        context.Features.Set(caller);
        if (IsCounted(context) && await caller.AdmitAsync(context) is { } refusal)
            await refusal.SendAsync(context);
        else
            await next(context);
    }

    // Not what is open to everybody, nor what watches the server. In a WebSocket each request counts, not the socket.
    private static bool IsCounted(HttpContext context) =>
        context.GetEndpoint() is { Metadata: var metadata }
        && metadata.GetMetadata<Probe>() is null
        && metadata.GetMetadata<IAllowAnonymous>() is null
        && !HttpMethods.IsOptions(context.Request.Method)
        && !context.WebSockets.IsWebSocketRequest;
}
