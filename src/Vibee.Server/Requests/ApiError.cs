using System.Globalization;
using System.Text.Json;
using Vibee.Engine;
using Vibee.Server.Anthropic;

namespace Vibee.Server.Requests;

/// <summary>A refusal, in the shape that OpenAI clients expect; on the paths of Anthropic's API in theirs.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">What was wrong and what to do.</param>
/// <param name="Param">The path of the field at fault.</param>
/// <param name="Code">For programs.</param>
/// <param name="Type">The family that SDKs choose an exception by.</param>
public sealed record ApiError(
    int Status, string Message, string? Param = null, string? Code = null, string Type = ApiError.InvalidRequest)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string NotSupported = "not_supported_error";
    public const string ServerError = "server_error";

    // SDKs do not obey a longer wait than this.
    private const double LongestRetryAfter = 60;

    internal static readonly ApiError ModelLoading =
        new(503, "The model is loading; try again in a moment.", null, "model_loading", ServerError) { RetryAfter = 1 };

    internal static readonly ApiError ShuttingDown =
        new(503, "The server is shutting down.", null, "shutting_down", ServerError) { RetryAfter = 5 };

    internal static readonly ApiError Internal =
        new(500, "The server had an error while processing the request.", Type: ServerError);

    /// <summary>SDKs try again after a status from 500 on; this tells them that it is of no use.</summary>
    public bool IsFinal { get; init; }

    /// <summary>When to try again, in seconds; SDKs wait so long.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How much of the model is loaded, from 0 to 1, for those who wait for it.</summary>
    public float? Progress { get; init; }

    /// <summary>The queue is full.</summary>
    /// <param name="wait">About how long until it is not.</param>
    internal static ApiError Overloaded(TimeSpan wait) =>
        new(429, "As many requests wait as the server takes (--max-queue); try again in a moment.", null, "server_overloaded", "requests")
        {
            RetryAfter = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, LongestRetryAfter),
        };

    /// <summary>A limit is reached.</summary>
    /// <param name="what">Of <c>requests</c> or <c>tokens</c>.</param>
    /// <param name="perMinute">How many there are.</param>
    /// <param name="wait">How long until there is one.</param>
    internal static ApiError RateLimited(string what, int perMinute, TimeSpan wait) =>
        new(429, $"The limit of {perMinute} {what} per minute is reached; try again in {Math.Max(1, Math.Ceiling(wait.TotalSeconds))} s.",
            null, "rate_limit_exceeded", what)
        {
            RetryAfter = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, LongestRetryAfter),
        };

    public static ApiError Invalid(string? param, string code, string message) => new(400, message, param, code);

    public static ApiError Unsupported(string param) =>
        Invalid(param, "unsupported_parameter", $"'{param}' is not supported by this server. Leave it out.");

    /// <summary>Why an engine takes no more work; null if it has taken it.</summary>
    internal static ApiError? Of(SubmitResult result, TimeSpan queueWait) => result switch
    {
        SubmitResult.Accepted => null,
        SubmitResult.QueueFull => Overloaded(queueWait),
        SubmitResult.ShuttingDown => ShuttingDown,
        _ => Internal,
    };

    /// <summary>Why work that was taken came to no end.</summary>
    /// <param name="message">What the engine says, which is safe to show.</param>
    /// <param name="lifetime">While the server stops, that is why.</param>
    internal static ApiError OfFailure(string? message, IHostApplicationLifetime lifetime) =>
        lifetime.ApplicationStopping.IsCancellationRequested ? ShuttingDown
        : message is null ? Internal
        : Internal with { Message = message };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Type);
        json.WriteString("param"u8, Param);
        json.WriteString("code"u8, Code);
        if (Progress is { } progress)
            json.WriteNumber("progress"u8, progress);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public Task SendAsync(HttpContext context)
    {
        if (RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (IsFinal)
            context.Response.Headers["x-should-retry"] = "false";
        return AnthropicError.IsAnthropic(context.Request.Path)
            ? JsonReply.SendAsync(context, Status, (Error: this, context.Response), static (json, reply) => AnthropicError.Write(json, reply.Error, reply.Response))
            : JsonReply.SendAsync(context, Status, this, static (json, error) => error.Write(json));
    }
}
