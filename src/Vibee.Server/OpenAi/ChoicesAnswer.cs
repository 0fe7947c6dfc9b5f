using System.Text.Json;
using Vibee.Server.Generation;

namespace Vibee.Server.OpenAi;

/// <summary>
/// An answer of chat or completions: an envelope that both share and choices that each writes in its own shape,
/// whole or in chunks.
/// </summary>
internal abstract class ChoicesAnswer : Answer
{
    public required string Fingerprint { get; init; }

    public bool IncludeUsage { get; init; }

    public bool IncludeTimings { get; init; }

    protected abstract string IdPrefix { get; }

    protected abstract string Object { get; }

    protected abstract string ChunkObject { get; }

    public override void Write(Utf8JsonWriter json)
    {
        BeginEnvelope(json, Object);
        foreach (var choice in Shown())
            WriteChoice(json, choice);
        json.WriteEndArray();
        Usage.Of(Choices).Write(json);
        if (IncludeTimings)
            Timings.Write(json, Choices[0].Text);
        json.WriteEndObject();
    }

    public override void WriteStart(EventStream stream)
    {
        foreach (var choice in Choices)
        {
            if (HasStart(choice))
                WriteChunk(stream, choice, ChunkPart.Start);
        }
    }

    public override void WriteChunk(EventStream stream, Choice choice, ChunkPart part)
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

    // After an error there is no [DONE]: to a client that overlooks the error frame, its absence is the only sign.
    public override void WriteEnd(EventStream stream)
    {
        if (IncludeUsage)
            WriteUsageChunk(stream);
        stream.WriteDone();
    }

    /// <summary>The choices that a whole answer has, all of which have ended; the others are only charged for.</summary>
    protected virtual IEnumerable<Choice> Shown() => Choices;

    /// <summary>Whether the choice's stream begins with a chunk of its own.</summary>
    protected abstract bool HasStart(Choice choice);

    protected abstract void WriteChoice(Utf8JsonWriter json, Choice choice);

    protected abstract void WriteChoice(Utf8JsonWriter json, Choice choice, ChunkPart part);

    /// <summary>The chunk that has no choices, only the usage.</summary>
    private void WriteUsageChunk(EventStream stream)
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
