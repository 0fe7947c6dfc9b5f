using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>
/// A greedy text up to its first near tie. llama.cpp's sums depend on what else is in a batch, so from there on it may
/// choose otherwise, and only the text before can be expected again.
/// </summary>
internal static class CertainText
{
    // Between the logarithms of the two best. Beside other streams differences of 0.012 were seen.
    private const double Margin = 0.02;

    /// <param name="logprobs">Of a completion that asked for two.</param>
    public static string Of(JsonNode logprobs)
    {
        var certain = logprobs["top_logprobs"]!.AsArray().TakeWhile(top => IsCertain(top!.AsObject())).Count();
        return string.Concat(logprobs["tokens"]!.AsArray().Take(certain).Select(token => (string)token!));
    }

    private static bool IsCertain(JsonObject top)
    {
        var best = top.Select(entry => (double)entry.Value!).OrderDescending().Take(2).ToArray();
        return best.Length < 2 || best[0] - best[1] >= Margin;
    }
}
