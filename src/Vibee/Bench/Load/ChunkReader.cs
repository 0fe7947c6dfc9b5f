using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Vibee.Bench.Load;

/// <summary>Takes the chunks of one streamed answer as they arrive. Made when the request is sent.</summary>
internal sealed class ChunkReader
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<double> _times = [];
    private readonly StringBuilder _text = new();
    private LoadResult _result = new();

    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">It is no chunk.</exception>
    /// <exception cref="KeyNotFoundException">It is no chunk.</exception>
    public void Read(ReadOnlyMemory<char> data)
    {
        // Before the JSON is read: that is this program's time, not the server's.
        var elapsed = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        using var chunk = JsonDocument.Parse(data);
        var root = chunk.RootElement;
        if (root.TryGetProperty("error", out var error))
            _result = _result with { Error = error.ToString() };

        if (root.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0 && Take(choices[0]))
            _times.Add(elapsed);
        if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            _result = _result with
            {
                PromptTokens = usage.GetProperty("prompt_tokens").GetInt32(),
                CompletionTokens = usage.GetProperty("completion_tokens").GetInt32(),
                CachedTokens = usage.TryGetProperty("prompt_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object
                    && details.TryGetProperty("cached_tokens", out var cached) && cached.ValueKind == JsonValueKind.Number ? cached.GetInt32() : 0,
            };
        }
    }

    public LoadResult Finish() => _result with
    {
        Total = Stopwatch.GetElapsedTime(_started).TotalSeconds,
        ChunkTimes = [.. _times],
        Text = _text.ToString(),
    };

    /// <returns>Whether there was any text.</returns>
    private bool Take(JsonElement choice)
    {
        if (!choice.TryGetProperty("delta", out var part))
            return Append(choice, "text");
        // Thinking takes as long as speaking, but is not sent back.
        return Append(part, "content") || HasText(part, "reasoning_content");
    }

    private bool Append(JsonElement part, string name)
    {
        if (!HasText(part, name))
            return false;
        _text.Append(part.GetProperty(name).GetString());
        return true;
    }

    private static bool HasText(JsonElement part, string name) =>
        part.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 };
}
