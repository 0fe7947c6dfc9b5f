using System.Text;
using System.Text.Json;
using Vibee.Engine;
using Vibee.Engine.Text;

namespace Vibee.Server.OpenAi;

/// <summary>Writes probabilities in the shape of chat.</summary>
/// <param name="tokenizer">Spells the tokens that were not chosen.</param>
internal sealed class ChatLogprobs(ITokenizer tokenizer)
{
    public void Write(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartObject("logprobs"u8);
        Write(json, "content"u8, tokens);
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }

    /// <summary>The array of tokens alone.</summary>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartArray(name);
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            Write(json, token.Bytes.Span, token.Logprobs!.Logprob);
            json.WriteStartArray("top_logprobs"u8);
            foreach (var (rival, logprob) in token.Logprobs.Top)
            {
                json.WriteStartObject();
                Write(json, tokenizer.Bytes(rival, renderSpecial: true), logprob);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> bytes, float logprob)
    {
        json.WriteString("token"u8, Encoding.UTF8.GetString(bytes));
        json.WriteNumber("logprob"u8, logprob);
        json.WriteStartArray("bytes"u8);
        foreach (var value in bytes)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
