using System.Text;
using System.Text.Json;
using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Engine.Text;
using Vibee.Server.Generation;

namespace Vibee.Server.OpenAi;

/// <summary>Writes probabilities in the shape of completions: four arrays of equal length.</summary>
/// <param name="tokenizer">Spells the tokens that were not chosen.</param>
internal sealed class CompletionLogprobs(ITokenizer tokenizer)
{
    public void Write(Utf8JsonWriter json, Choice choice, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
            json.WriteStringValue(token.Text.Span);
        json.WriteEndArray();

        json.WriteStartArray("token_logprobs"u8);
        foreach (var token in tokens)
            WriteLogprob(json, token.Logprobs);
        json.WriteEndArray();

        json.WriteStartArray("top_logprobs"u8);
        foreach (var token in tokens)
            WriteTop(json, token.Token, token.Logprobs);
        json.WriteEndArray();

        json.WriteStartArray("text_offset"u8);
        foreach (var token in tokens)
        {
            json.WriteNumberValue(choice.TextOffset);
            choice.TextOffset += CodePoints(token.Text.Span);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The length of <paramref name="text"/> as Python counts it.</summary>
    public static int CodePoints(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    private static void WriteLogprob(Utf8JsonWriter json, TokenLogprobs? logprobs)
    {
        if (logprobs is null)
            json.WriteNullValue();
        else
            json.WriteNumberValue(logprobs.Logprob);
    }

    private void WriteTop(Utf8JsonWriter json, int token, TokenLogprobs? logprobs)
    {
        if (logprobs is null)
        {
            json.WriteNullValue();
            return;
        }

        // A map from text, so of tokens that are spelled alike only the likeliest can be in it.
        var seen = new HashSet<string>();
        json.WriteStartObject();
        foreach (var (rival, logprob) in logprobs.Top)
        {
            var text = Encoding.UTF8.GetString(tokenizer.Bytes(rival, renderSpecial: true));
            if (seen.Add(text))
                json.WriteNumber(text, logprob);
        }

        var chosen = Encoding.UTF8.GetString(tokenizer.Bytes(token, renderSpecial: true));
        if (seen.Add(chosen))
            json.WriteNumber(chosen, logprobs.Logprob);
        json.WriteEndObject();
    }
}
