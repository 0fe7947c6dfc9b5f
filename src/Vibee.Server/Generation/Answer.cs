using System.Text.Json;

namespace Vibee.Server.Generation;

/// <summary>What a chunk of a stream says about its choice.</summary>
internal enum ChunkPart
{
    /// <summary>The choice exists.</summary>
    Start,
    Reasoning,
    Content,

    /// <summary>Why it ended.</summary>
    Finish,
}

/// <summary>
/// An answer of the OpenAI family: an envelope that all of it shares and choices that each kind writes in its own
/// shape, whole or in chunks.
/// </summary>
internal abstract class Answer
{
    public required IReadOnlyList<Choice> Choices { get; init; }

    /// <summary>The id of the model that answers.</summary>
    public required string Model { get; init; }

    public required string Fingerprint { get; init; }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    public bool IncludeTimings { get; init; }

    private string Id { get; } = Guid.NewGuid().ToString("N");

    private long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    protected abstract string IdPrefix { get; }

    protected abstract string Object { get; }

    protected abstract string ChunkObject { get; }

    /// <summary>Whether the choice's stream begins with a chunk of its own.</summary>
    public abstract bool HasStart(Choice choice);

    protected abstract void WriteChoice(Utf8JsonWriter json, Choice choice);

    protected abstract void WriteChoice(Utf8JsonWriter json, Choice choice, ChunkPart part);

    /// <summary>The whole answer.</summary>
    public void Write(Utf8JsonWriter json)
    {
        BeginEnvelope(json, Object);
        foreach (var choice in Choices)
            WriteChoice(json, choice);
        json.WriteEndArray();
        Usage.Of(Choices).Write(json);
        if (IncludeTimings)
            Timings.Write(json, Choices[0].Text);
        json.WriteEndObject();
    }

    public void WriteChunk(EventStream stream, Choice choice, ChunkPart part)
    {
        var json = stream.BeginFrame();
        BeginEnvelope(json, ChunkObject);
        WriteChoice(json, choice, part);
        json.WriteEndArray();
        if (IncludeUsage)
            json.WriteNull("usage"u8);
        if (IncludeTimings && part == ChunkPart.Finish)
            Timings.Write(json, choice.Text);
        json.WriteEndObject();
        stream.EndFrame();
    }

    /// <summary>The chunk that has no choices, only the usage.</summary>
    public void WriteUsageChunk(EventStream stream)
    {
        var json = stream.BeginFrame();
        BeginEnvelope(json, ChunkObject);
        json.WriteEndArray();
        Usage.Of(Choices).Write(json);
        json.WriteEndObject();
        stream.EndFrame();
    }

    private void BeginEnvelope(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, string.Concat(IdPrefix, Id));
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, Created);
        json.WriteString("model"u8, Model);
        json.WriteString("system_fingerprint"u8, Fingerprint);
        json.WriteStartArray("choices"u8);
    }
}
