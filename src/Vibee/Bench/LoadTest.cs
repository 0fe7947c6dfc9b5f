using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Vibee.Bench;

/// <summary>
/// Loads an OpenAI-compatible server with streamed completions and takes the time of every token. Each prompt differs
/// from the others in its first words, unless they are asked to share them, so no server can answer from its cache.
/// </summary>
internal sealed class LoadTest(LoadSettings settings) : IDisposable
{
    private static readonly string[] Words =
        ["bade", "cofi", "dugo", "fema", "gilo", "hanu", "jeko", "lipa", "moru", "nebi", "pusa", "rota", "sili", "tuve", "wako", "zebu"];

    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = settings.Clients })
    {
        BaseAddress = settings.Url,
        Timeout = TimeSpan.FromMinutes(10),
    };

    // Other prompts in every run, or a server that remembers the last one would answer this one from its cache.
    private readonly int _run = Random.Shared.Next();

    /// <summary>Sends one request per client that is not counted, then all that are.</summary>
    public async Task<LoadReport> RunAsync(Action<int> onDone, CancellationToken cancellation)
    {
        await SendAllAsync(settings.Clients, -settings.Clients, _ => { }, cancellation);
        var started = Stopwatch.GetTimestamp();
        var results = await SendAllAsync(settings.Requests, 0, onDone, cancellation);
        return LoadReport.From(settings, results, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose() => _client.Dispose();

    private async Task<LoadResult[]> SendAllAsync(int count, int firstPrompt, Action<int> onDone, CancellationToken cancellation)
    {
        var results = new LoadResult[count];
        var next = -1;
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, settings.Clients).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                results[i] = await SendAsync(Prompt(firstPrompt + i), cancellation);
                onDone(Interlocked.Increment(ref done));
            }
        }));
        return results;
    }

    private async Task<LoadResult> SendAsync(string prompt, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = new LoadResult();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Body(prompt) };
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
                return result with { Error = $"status {(int)response.StatusCode}" };

            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            var times = new List<double>(settings.MaxTokens);
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                if (!line.StartsWith("data: {", StringComparison.Ordinal))
                    continue;
                using var chunk = JsonDocument.Parse(line.AsMemory(6));
                if (chunk.RootElement.TryGetProperty("error", out var error))
                    return result with { Error = error.ToString() };
                var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
                if (chunk.RootElement.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0
                    && choices[0].GetProperty("text").GetString() is { Length: > 0 })
                {
                    times.Add(elapsed);
                }

                if (chunk.RootElement.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
                {
                    result = result with
                    {
                        PromptTokens = usage.GetProperty("prompt_tokens").GetInt32(),
                        CompletionTokens = usage.GetProperty("completion_tokens").GetInt32(),
                    };
                }
            }

            return result with { Total = Stopwatch.GetElapsedTime(started).TotalSeconds, ChunkTimes = [.. times] };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            return result with { Error = exception.Message };
        }
    }

    private StringContent Body(string prompt)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (settings.Model is not null)
                json.WriteString("model", settings.Model);
            json.WriteString("prompt", prompt);
            json.WriteNumber("max_tokens", settings.MaxTokens);
            json.WriteNumber("temperature", 0);
            json.WriteBoolean("ignore_eos", true);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new StringContent(Encoding.UTF8.GetString(buffer.ToArray()), Encoding.UTF8, "application/json");
    }

    private string Prompt(int number)
    {
        var shared = new Random(1);
        var own = new Random(HashCode.Combine(_run, number));
        return string.Join(' ', Enumerable.Range(0, settings.PromptWords)
            .Select(i => Words[(i < settings.SharedWords ? shared : own).Next(Words.Length)]));
    }
}

/// <summary>One request as the client saw it. Times are seconds from its start.</summary>
internal sealed record LoadResult
{
    public string? Error { get; init; }

    public int PromptTokens { get; init; }

    public int CompletionTokens { get; init; }

    public double Total { get; init; }

    /// <summary>When each piece of text arrived.</summary>
    public double[] ChunkTimes { get; init; } = [];
}
