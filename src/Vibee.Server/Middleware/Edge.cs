using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Vibee.Server.Anthropic;
using Vibee.Server.Requests;

namespace Vibee.Server.Middleware;

/// <summary>
/// The outermost handler but for who only watches: every response has an id, every refusal that ASP.NET Core makes by itself a body in our
/// shape, and an exception ends in an answer, not in silence.
/// </summary>
internal sealed partial class Edge(RequestDelegate next, ILogger logger)
{
    private const int MaxRequestId = 128;

    public async Task InvokeAsync(HttpContext context)
    {
        var id = RequestId(context.Request);
        SetHeaders(context, id);

        try
        {
            await next(context);
            if (!context.Response.HasStarted && Refusal(context) is { } refusal)
                await refusal.SendAsync(context);
        }
        catch (BadHttpRequestException exception)
        {
            LogBadRequest(id, exception.Message);
            await FailAsync(context, new ApiError(exception.StatusCode, exception.Message));
        }
        catch (Exception exception) when (IsClientGone(context, exception))
        {
            LogClientGone(id);
        }
        catch (Exception exception)
        {
            LogFailed(exception, id, context.Request.Path);
            await FailAsync(context, ApiError.Internal);
        }
    }

    private static ApiError? Refusal(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound when context.GetEndpoint() is null => new ApiError(404,
            $"There is nothing at {context.Request.Method} {context.Request.Path}.", null, "unknown_url"),
        StatusCodes.Status405MethodNotAllowed => new ApiError(405,
            $"{context.Request.Path} does not answer {context.Request.Method}, only {context.Response.Headers.Allow}.", null,
            "method_not_supported"),
        _ => null,
    };

    private static async Task FailAsync(HttpContext context, ApiError error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort(); // half an answer must not look like a whole one
            return;
        }

        var id = context.Response.Headers["x-request-id"].ToString();
        context.Response.Clear();
        SetHeaders(context, id);
        await error.SendAsync(context);
    }

    private static void SetHeaders(HttpContext context, string id)
    {
        var headers = context.Response.Headers;
        headers["x-request-id"] = id;
        // Nothing here is to be shown, framed, guessed at or told of by a browser; the one page that is says so itself.
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["referrer-policy"] = "no-referrer";
        if (AnthropicError.IsAnthropic(context.Request.Path))
            headers[AnthropicError.RequestIdHeader] = id;
    }

    private static bool IsClientGone(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or ConnectionResetException;

    /// <summary>The client's own id where it is harmless to repeat, else a new one.</summary>
    private static string RequestId(HttpRequest request)
    {
        if (request.Headers["x-request-id"] is [{ Length: > 0 and <= MaxRequestId } given] && !given.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return given;
        return string.Create(CultureInfo.InvariantCulture, $"req_{Guid.NewGuid():N}");
    }

    [LoggerMessage(LogLevel.Debug, "{RequestId}: bad request: {Reason}")]
    private partial void LogBadRequest(string requestId, string reason);

    [LoggerMessage(LogLevel.Debug, "{RequestId}: the client went away.")]
    private partial void LogClientGone(string requestId);

    [LoggerMessage(LogLevel.Error, "{RequestId}: the request to {Path} failed.")]
    private partial void LogFailed(Exception exception, string requestId, string path);
}

/// <summary>Marks endpoints that are asked by machines to watch the server: they are not counted as requests, nor logged.</summary>
internal sealed class Probe
{
    public static readonly Probe Mark = new();
}
