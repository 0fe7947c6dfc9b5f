using System.Text.Json;

namespace Vibee.Bench.Load;

/// <summary>What <c>vibee bench serve</c> asks of a server, and how.</summary>
internal sealed record LoadSettings
{
    /// <summary>The server's address, without <c>/v1</c>.</summary>
    public required Uri Url { get; init; }

    public required string? ApiKey { get; init; }

    /// <summary>The model's id, or null for the server's own.</summary>
    public required string? Model { get; init; }

    /// <summary>Whether <c>/v1/chat/completions</c> is asked instead of <c>/v1/completions</c>.</summary>
    public required bool IsChat { get; init; }

    /// <summary>Connections that each send one request after the other; null with <see cref="Rate"/>.</summary>
    public required int? Clients { get; init; }

    /// <summary>Conversations begun per second, whether or not earlier ones have ended; null with <see cref="Clients"/>.</summary>
    public required double? Rate { get; init; }

    /// <summary>Whether the time between two beginnings is always the same; else they come at random (Poisson).</summary>
    public required bool IsSteady { get; init; }

    /// <summary>How many are counted.</summary>
    public required int Requests { get; init; }

    /// <summary>Requests sent before those that are counted.</summary>
    public required int? Warmup { get; init; }

    /// <summary>Requests of a conversation, each of which contains what was said before.</summary>
    public required int Turns { get; init; }

    /// <summary>Length of each prompt; later turns of a conversation have the own words only.</summary>
    public required int PromptWords { get; init; }

    /// <summary>How many of them, at the beginning, are the same in every prompt.</summary>
    public required int SharedWords { get; init; }

    /// <summary>Length of each answer; the end token is ignored.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Between the end of an answer and the next request of the same client.</summary>
    public required TimeSpan Think { get; init; }

    /// <summary>Of prompts and arrivals; null is another one in every run, so that no server can know the prompts.</summary>
    public required int? Seed { get; init; }

    /// <summary>A JSON object whose fields each request has as well, such as a format for the answer; or null.</summary>
    public required string? Fields { get; init; }

    /// <summary>An .svg or .html file to draw into, or null.</summary>
    public required string? Plot { get; init; }

    /// <summary>Values that are each right but not together, a sentence for each.</summary>
    public IEnumerable<string> FindContradictions()
    {
        if (Clients is not null && Rate is not null)
            yield return "--rate sends requests without waiting for answers: leave out --clients";
        if (IsSteady && Rate is null)
            yield return "--arrivals needs --rate";
        if (SharedWords > PromptWords)
            yield return $"--shared-words {SharedWords} is more than --prompt-words {PromptWords}, which they are a part of";
        else if (SharedWords == PromptWords && Turns > 1)
            yield return "--turns needs words of its own: more --prompt-words than --shared-words";
        if (Fields is not null && !IsObject(Fields))
            yield return $"--fields {Fields}: this must be a JSON object";
        if (Plot is not null && Path.GetExtension(Plot) is not (".svg" or ".html"))
            yield return $"--plot {Plot}: the name must end in .svg or .html";
        if (Plot is not null && Path.GetDirectoryName(Path.GetFullPath(Plot)) is { } directory && !Directory.Exists(directory))
            yield return $"--plot {Plot}: there is no directory {directory}";
    }

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
