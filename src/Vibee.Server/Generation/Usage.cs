using System.Text.Json;
using Vibee.Engine.Speculation;

namespace Vibee.Server.Generation;

/// <summary>What an answer is charged for.</summary>
internal readonly record struct Usage(int PromptTokens, int CachedTokens, int CompletionTokens, int ReasoningTokens)
{
    /// <summary>What became of the prediction that the request came with; null without one.</summary>
    public PredictionUse? Prediction { get; init; }

    public static Usage Of(IEnumerable<Choice> choices)
    {
        var usage = default(Usage);
        foreach (var choice in choices)
        {
            var text = choice.Text;
            usage = new Usage(
                usage.PromptTokens + (choice.ChargesPrompt ? text.PromptTokens : 0),
                usage.CachedTokens + (choice.ChargesPrompt ? text.CachedTokens : 0),
                usage.CompletionTokens + text.CompletionTokens,
                usage.ReasoningTokens + text.ReasoningTokens)
            {
                Prediction = text.Prediction is { } more
                    ? new PredictionUse((usage.Prediction?.Accepted ?? 0) + more.Accepted, (usage.Prediction?.Rejected ?? 0) + more.Rejected)
                    : usage.Prediction,
            };
        }

        return usage;
    }

    public void Write(Utf8JsonWriter json) => Write(json, "prompt_tokens", "completion_tokens");

    /// <summary>The same in the words of the Responses API.</summary>
    public void WriteAsInput(Utf8JsonWriter json) => Write(json, "input_tokens", "output_tokens");

    private void Write(Utf8JsonWriter json, string prompt, string completion)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber(prompt, PromptTokens);
        json.WriteNumber(completion, CompletionTokens);
        json.WriteNumber("total_tokens"u8, PromptTokens + CompletionTokens);
        json.WriteStartObject(string.Concat(prompt, "_details"));
        json.WriteNumber("cached_tokens"u8, CachedTokens);
        json.WriteEndObject();
        json.WriteStartObject(string.Concat(completion, "_details"));
        json.WriteNumber("reasoning_tokens"u8, ReasoningTokens);
        if (Prediction is { } prediction)
        {
            json.WriteNumber("accepted_prediction_tokens"u8, prediction.Accepted);
            json.WriteNumber("rejected_prediction_tokens"u8, prediction.Rejected);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
