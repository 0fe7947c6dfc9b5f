using Microsoft.AspNetCore.Http.Features;
using Vibee.Server.Observability;

namespace Vibee.Server.WebSockets;

/// <summary>Answers messages as if each had come as an HTTP request: it goes the way that POST to the same path goes, past
/// the same keys, limits, log and metrics, with the headers that the WebSocket was opened with.</summary>
/// <param name="pipeline">That way, from its beginning.</param>
/// <param name="endpoint">What answers POST.</param>
/// <param name="scopes">For services of a request.</param>
internal sealed class SocketRequests(RequestDelegate pipeline, Endpoint endpoint, IServiceScopeFactory scopes)
{
    /// <summary>Has a request answered.</summary>
    /// <returns>What was noted of it.</returns>
    public async Task<RequestNotes> AnswerAsync(HttpContext upgrade, byte[] body, SocketReply reply)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(Request(upgrade.Request, body));
        features.Set<IHttpResponseFeature>(reply);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(reply.Content));
        features.Set<IHttpRequestLifetimeFeature>(reply);
        features.Set(upgrade.Features.Get<IHttpConnectionFeature>());
        features.Set(reply);
        var context = new DefaultHttpContext(features) { ServiceScopeFactory = scopes, User = upgrade.User };
        context.SetEndpoint(endpoint);
        await pipeline(context);
        return RequestNotes.Of(context);
    }

    private static HttpRequestFeature Request(HttpRequest upgrade, byte[] body)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        (headers.ContentType, headers.ContentLength) = ("application/json", body.Length);
        foreach (var (name, value) in upgrade.Headers)
        {
            // Not what is about the connection or the upgrade itself, or names one request of many.
            if (!IsOfTheUpgrade(name))
                headers[name] = value;
        }

        return new HttpRequestFeature
        {
            Method = HttpMethods.Post,
            Scheme = upgrade.Scheme,
            PathBase = upgrade.PathBase,
            Path = upgrade.Path,
            QueryString = upgrade.QueryString.Value ?? "",
            Protocol = "WebSocket",
            Headers = headers,
            Body = new MemoryStream(body, writable: false),
        };
    }

    private static bool IsOfTheUpgrade(string header) =>
        // The subprotocol stays: it may be what brings the key.
        (header.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase) && !header.EndsWith("Protocol", StringComparison.OrdinalIgnoreCase))
        || header.ToLowerInvariant() is "connection" or "upgrade" or "content-length" or "content-type" or "content-encoding" or "transfer-encoding" or "x-request-id";
}
