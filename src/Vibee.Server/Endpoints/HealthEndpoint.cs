using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>GET /health: whether requests would be served now.</summary>
internal sealed class HealthEndpoint(ServedModel served, IHostApplicationLifetime lifetime)
{
    public Task HandleAsync(HttpContext context)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return ApiError.ShuttingDown.SendAsync(context);
        return served.Loaded switch
        {
            null => (ApiError.ModelLoading with { Progress = served.Progress }).SendAsync(context),
            { HasFailed: true } => (ApiError.Internal with { Status = 503, Message = "The engine failed; the server must be restarted." }).SendAsync(context),
            _ => JsonReply.SendAsync(context, StatusCodes.Status200OK, VibeeServer.Version, Write),
        };
    }

    private static void Write(Utf8JsonWriter json, string version)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "healthy"u8);
        json.WriteString("version"u8, version);
        json.WriteBoolean("trinity"u8, true);
        json.WriteEndObject();
    }
}
