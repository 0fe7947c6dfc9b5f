using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vibee.Server.OpenAi;

/// <summary>The shape of embeddings on the wire.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Vectors">As they go out.</param>
internal sealed record EmbeddingsAnswer(EmbeddingsRequest Request, IReadOnlyList<float[]> Vectors)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteString("model"u8, Request.Model);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < Vectors.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            json.WritePropertyName("embedding"u8);
            if (Request.Base64)
                json.WriteBase64StringValue(MemoryMarshal.AsBytes(Vectors[i].AsSpan())); // little-endian, as every .NET platform but one
            else
                WriteNumbers(json, Vectors[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUsage(json, Request.Inputs);
        json.WriteEndObject();
    }

    /// <summary>Nothing is generated, so all tokens are the prompt's.</summary>
    public static void WriteUsage(Utf8JsonWriter json, IReadOnlyList<int[]> inputs)
    {
        var tokens = inputs.Sum(input => input.Length);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, tokens);
        json.WriteNumber("total_tokens"u8, tokens);
        json.WriteEndObject();
    }

    // The writer's decimals are the shortest that read back as the same float.
    private static void WriteNumbers(Utf8JsonWriter json, float[] vector)
    {
        json.WriteStartArray();
        foreach (var number in vector)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
