using System.Text.Json;

namespace Vibee.Server.Generation;

/// <summary>What an answer is charged for.</summary>
internal readonly record struct Usage(int PromptTokens, int CachedTokens, int CompletionTokens, int ReasoningTokens)
{
    public static Usage Of(IReadOnlyList<Choice> choices)
    {
        var usage = default(Usage);
        foreach (var choice in choices)
        {
            var text = choice.Text;
            usage = new Usage(
                usage.PromptTokens + (choice.ChargesPrompt ? text.PromptTokens : 0),
                usage.CachedTokens + (choice.ChargesPrompt ? text.CachedTokens : 0),
                usage.CompletionTokens + text.CompletionTokens,
                usage.ReasoningTokens + text.ReasoningTokens);
        }

        return usage;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, PromptTokens);
        json.WriteNumber("completion_tokens"u8, CompletionTokens);
        json.WriteNumber("total_tokens"u8, PromptTokens + CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, CachedTokens);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, ReasoningTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
