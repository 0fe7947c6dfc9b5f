using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>GET /health and its two halves: whether requests would be served now (/health/ready, in other words /health),
/// and whether waiting could help where they would not (/health/live).</summary>
/// <remarks>Nothing here waits for anything or looks further than a few fields, so that it answers at once whatever the
/// engine does.</remarks>
internal sealed class HealthEndpoint(ServedModel served, IHostApplicationLifetime lifetime)
{
    /// <summary>How long the engine may have work and not get on with it. Whoever asks every half a second learns of a
    /// standstill within 2 s.</summary>
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(1.5);

    /// <summary>As the guide prints it.</summary>
    public Task HandleAsync(HttpContext context) => SendAsync(context, FindObstacle(), static json =>
    {
        json.WriteString("status"u8, "healthy"u8);
        json.WriteString("version"u8, VibeeServer.Version);
        json.WriteBoolean("trinity"u8, true);
    });

    public Task IsReadyAsync(HttpContext context) =>
        SendAsync(context, FindObstacle(), static json => json.WriteString("status"u8, "ready"u8));

    /// <summary>Loading and draining pass; a broken engine stays as it is, and so may one that stands still.</summary>
    public Task IsLiveAsync(HttpContext context) =>
        SendAsync(context, FindFault(), static json => json.WriteString("status"u8, "live"u8));

    /// <summary>Why requests would not be served now, or null.</summary>
    public ApiError? FindObstacle() =>
        lifetime.ApplicationStopping.IsCancellationRequested ? ApiError.ShuttingDown
        : served.Loaded is null ? ApiError.ModelLoading with { Progress = served.Progress }
        : FindFault();

    private ApiError? FindFault() => served.Loaded switch
    {
        { HasFailed: true } => Unavailable("The engine failed; the server must be restarted.", "engine_failed"),
        { Standstill: var silence } when silence > LongestStandstill =>
            Unavailable($"The engine has work and has not got on with it for {silence.TotalSeconds:F1} s.", "engine_stalled"),
        _ => null,
    };

    private static ApiError Unavailable(string message, string code) => ApiError.Internal with { Status = 503, Message = message, Code = code };

    private static Task SendAsync(HttpContext context, ApiError? obstacle, Action<Utf8JsonWriter> write) => obstacle is not null
        ? obstacle.SendAsync(context)
        : JsonReply.SendAsync(context, StatusCodes.Status200OK, write, static (json, write) =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        });
}
