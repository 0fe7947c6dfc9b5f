using System.Text.Json;

namespace Vibee.Server.OpenAi;

/// <summary>The shape of ranked documents on the wire, best first.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Scores">One for each document, in the order of the request.</param>
internal sealed record RerankAnswer(RerankRequest Request, IReadOnlyList<float> Scores)
{
    public void Write(Utf8JsonWriter json)
    {
        if (Request.IsTei)
        {
            json.WriteStartArray();
            WriteResults(json, "score"u8, Request.ReturnText);
            json.WriteEndArray();
            return;
        }

        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteString("model"u8, Request.Model);
        json.WriteStartArray("results"u8);
        WriteResults(json, "relevance_score"u8, withText: false);
        json.WriteEndArray();
        EmbeddingsAnswer.WriteUsage(json, Request.Inputs);
        json.WriteEndObject();
    }

    private void WriteResults(Utf8JsonWriter json, ReadOnlySpan<byte> score, bool withText)
    {
        // Equal scores keep the order of the request: the sort is stable.
        foreach (var index in Enumerable.Range(0, Scores.Count).OrderByDescending(i => Scores[i]).Take(Request.Top))
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            json.WriteNumber(score, Scores[index]);
            if (withText)
                json.WriteString("text"u8, Request.Documents[index]);
            json.WriteEndObject();
        }
    }
}
