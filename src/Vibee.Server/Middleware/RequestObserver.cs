using Vibee.Server.Observability;

namespace Vibee.Server.Middleware;

/// <summary>Outside of everything else: sees each request come and its answer go, and leaves a line in the log, a span in the
/// trace, and its marks in the metrics.</summary>
internal sealed partial class RequestObserver(RequestDelegate next, ServerMetrics metrics, Telemetry telemetry, ILogger logger)
{
    public Task InvokeAsync(HttpContext context) =>
        // What machines ask to watch the server would drown what people ask.
        context.GetEndpoint()?.Metadata.GetMetadata<Probe>() is null ? ObserveAsync(context) : next(context);

    private async Task ObserveAsync(HttpContext context)
    {
        var notes = RequestNotes.Of(context);
        metrics.RequestBegins();
        var activity = telemetry.Start(context);
        try
        {
            await next(context);
        }
        finally
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            var id = context.Response.Headers["x-request-id"].ToString();
            // The client went before there was anything to tell it; the number is nginx's.
            var status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? 499 : context.Response.StatusCode;
            var elapsed = notes.Elapsed;
            metrics.RequestEnds(route, status, elapsed);
            Telemetry.Stop(activity, context, route, id);
            Log(context, notes, status, elapsed, id);
        }
    }

    private void Log(HttpContext context, RequestNotes notes, int status, TimeSpan elapsed, string id)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        var method = context.Request.Protocol == "WebSocket" ? "WS" : context.Request.Method;
        var path = context.Request.Path.Value ?? "";
        var client = context.Connection.RemoteIpAddress?.ToString() ?? "-";
        var key = context.User.Identity?.Name ?? "-";
        var milliseconds = Milliseconds(elapsed);
        if (notes.Model is not { } model)
            LogRequest(method, path, status, milliseconds, client, key, id);
        else if (notes.TimeToFirstToken is { } first)
            LogAnswer(method, path, status, milliseconds, client, key, model, notes.Usage.PromptTokens, notes.Usage.CachedTokens, notes.Usage.CompletionTokens, Milliseconds(first), id);
        else
            LogEvaluation(method, path, status, milliseconds, client, key, model, notes.Usage.PromptTokens, notes.Usage.CachedTokens, id);
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {LatencyMs} ms for {Client}, key {Key}; {RequestId}")]
    private partial void LogRequest(string method, string path, int status, double latencyMs, string client, string key, string requestId);

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {LatencyMs} ms for {Client}, key {Key}: {Model}, {PromptTokens} prompt tokens ({CachedTokens} cached); {RequestId}")]
    private partial void LogEvaluation(string method, string path, int status, double latencyMs, string client, string key,
        string model, int promptTokens, int cachedTokens, string requestId);

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {LatencyMs} ms for {Client}, key {Key}: {Model}, {PromptTokens} prompt tokens ({CachedTokens} cached), {CompletionTokens} generated, the first after {FirstTokenMs} ms; {RequestId}")]
    private partial void LogAnswer(string method, string path, int status, double latencyMs, string client, string key,
        string model, int promptTokens, int cachedTokens, int completionTokens, double firstTokenMs, string requestId);
}
