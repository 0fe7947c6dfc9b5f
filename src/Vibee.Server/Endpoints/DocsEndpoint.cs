using Vibee.Server.OpenApi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>GET /openapi.json, and /docs, a page that shows it.</summary>
internal sealed class DocsEndpoint(ServedModel served, EndpointDataSource endpoints)
{
    // The page has its own style and script in it, and reads the document.
    private const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";

    /// <summary>The document is made by the readers of requests, which need the model.</summary>
    public Task SendDocumentAsync(HttpContext context) => served.Loaded is { } model
        ? JsonReply.SendAsync(context, StatusCodes.Status200OK, new OpenApiDocument(endpoints.Endpoints, model), static (json, document) => document.Write(json))
        : ApiError.ModelLoading.SendAsync(context);

    public static async Task SendPageAsync(HttpContext context)
    {
        await using var page = typeof(DocsEndpoint).Assembly.GetManifestResourceStream("docs.html")!;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        context.Response.ContentLength = page.Length;
        await page.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
