using System.Diagnostics;
using System.Text.Json;
using Vibee.Engine.Text;

namespace Vibee.Server.Generation;

/// <summary>llama-server's <c>timings</c> object, for those who ask for it: at the top level of an answer or of a
/// choice's last chunk, never inside a delta, where SDKs would add its numbers up.</summary>
internal static class Timings
{
    public static void Write(Utf8JsonWriter json, GeneratedText text)
    {
        var (started, first, last) = text.Times;
        json.WriteStartObject("timings"u8);
        json.WriteNumber("cache_n"u8, text.CachedTokens);
        Write(json, "prompt", text.PromptTokens - text.CachedTokens, started, first);
        Write(json, "predicted", text.CompletionTokens, first, last);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, int count, long start, long end)
    {
        var milliseconds = start == 0 || end == 0 ? 0 : Stopwatch.GetElapsedTime(start, end).TotalMilliseconds;
        json.WriteNumber($"{name}_n", count);
        json.WriteNumber($"{name}_ms", milliseconds);
        json.WriteNumber($"{name}_per_token_ms", count == 0 ? 0 : milliseconds / count);
        json.WriteNumber($"{name}_per_second", milliseconds == 0 ? 0 : 1000 * count / milliseconds);
    }
}
