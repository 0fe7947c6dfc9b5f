using System.Text.Json;
using Vibee.Engine;
using Vibee.Engine.Text;
using Vibee.Server.Generation;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>The shapes of /v1/responses: one object, which a stream builds up event by event and repeats at the end.
/// A block is an output item with one part.</summary>
internal sealed class ResponsesAnswer : BlockAnswer
{
    private int _sequenceNumber;

    public required ResponsesRequest Request { get; init; }

    public required ChatLogprobs? Logprobs { get; init; }

    private bool IsIncomplete => Choice.Text.IsFinished && Choice.Text.Reason == FinishReason.Length;

    public override void Write(Utf8JsonWriter json) => WriteResponse(json, isFinal: true);

    public override void WriteStart(EventStream stream)
    {
        foreach (var type in (string[])["response.created", "response.in_progress"])
        {
            var json = Begin(stream, type);
            json.WritePropertyName("response"u8);
            WriteResponse(json, isFinal: false);
            End(stream, json);
        }
    }

    public override void WriteEnd(EventStream stream)
    {
        var json = Begin(stream, IsIncomplete ? "response.incomplete" : "response.completed");
        json.WritePropertyName("response"u8);
        WriteResponse(json, isFinal: true);
        End(stream, json);
    }

    public override void WriteError(EventStream stream, ApiError error)
    {
        var json = Begin(stream, "error");
        json.WriteString("code"u8, error.Code ?? error.Type);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Param);
        End(stream, json);
    }

    protected override void WriteOpen(EventStream stream, ChunkPart part)
    {
        var json = Begin(stream, "response.output_item.added");
        json.WriteNumber("output_index"u8, Block);
        json.WritePropertyName("item"u8);
        WriteItem(json, part, null);
        End(stream, json);

        json = BeginInPart(stream, "response.content_part.added", part);
        json.WritePropertyName("part"u8);
        WritePart(json, part, "", []);
        End(stream, json);
    }

    protected override void WriteDelta(EventStream stream, ChunkPart part)
    {
        var text = Choice.Text;
        if (part == ChunkPart.Reasoning)
        {
            Choice.Reasoning.Append(text.Reasoning);
            var json = BeginInPart(stream, "response.reasoning_text.delta", part);
            json.WriteString("delta"u8, text.Reasoning);
            End(stream, json);
        }
        else
        {
            Choice.Content.Append(text.Content);
            Choice.Tokens.AddRange(text.Tokens);
            var json = BeginInPart(stream, "response.output_text.delta", part);
            json.WriteString("delta"u8, text.Content);
            WriteLogprobs(json, text.Tokens);
            End(stream, json);
        }
    }

    protected override void WriteClose(EventStream stream, ChunkPart part)
    {
        var isReasoning = part == ChunkPart.Reasoning;
        var json = BeginInPart(stream, isReasoning ? "response.reasoning_text.done" : "response.output_text.done", part);
        json.WriteString("text"u8, TextOf(part));
        if (!isReasoning)
            WriteLogprobs(json, Choice.Tokens);
        End(stream, json);

        json = BeginInPart(stream, "response.content_part.done", part);
        json.WritePropertyName("part"u8);
        WritePart(json, part, TextOf(part), Choice.Tokens);
        End(stream, json);

        json = Begin(stream, "response.output_item.done");
        json.WriteNumber("output_index"u8, Block);
        json.WritePropertyName("item"u8);
        WriteItem(json, part, IsIncomplete ? "incomplete" : "completed");
        End(stream, json);
    }

    private string ItemId(ChunkPart part) => string.Concat(part == ChunkPart.Reasoning ? "rs_" : "msg_", Id);

    private string TextOf(ChunkPart part) => (part == ChunkPart.Reasoning ? Choice.Reasoning : Choice.Content).ToString();

    private void WriteResponse(Utf8JsonWriter json, bool isFinal)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"resp_{Id}");
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, Created);
        json.WriteString("status"u8, !isFinal ? "in_progress"u8 : IsIncomplete ? "incomplete"u8 : "completed"u8);
        json.WriteNull("error"u8);
        if (isFinal && IsIncomplete)
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details"u8);
        }

        json.WriteString("model"u8, Model);
        json.WriteStartArray("output"u8);
        if (isFinal)
            WriteOutput(json);
        json.WriteEndArray();
        Request.WriteEcho(json);
        if (isFinal)
            Usage.Of(Choices).WriteAsInput(json);
        else
            json.WriteNull("usage"u8);
        json.WriteEndObject();
    }

    private void WriteOutput(Utf8JsonWriter json)
    {
        var (hasReasoning, hasContent) = (Choice.Reasoning.Length > 0, Choice.Content.Length > 0);
        if (hasReasoning)
            WriteItem(json, ChunkPart.Reasoning, IsIncomplete && !hasContent ? "incomplete" : "completed");
        if (hasContent)
            WriteItem(json, ChunkPart.Content, IsIncomplete ? "incomplete" : "completed");
    }

    /// <param name="json">Where to.</param>
    /// <param name="part">Which item.</param>
    /// <param name="status">How it ended, or null when it has only begun.</param>
    private void WriteItem(Utf8JsonWriter json, ChunkPart part, string? status)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, ItemId(part));
        json.WriteString("type"u8, part == ChunkPart.Reasoning ? "reasoning"u8 : "message"u8);
        json.WriteString("status"u8, status ?? "in_progress");
        if (part == ChunkPart.Reasoning)
            WriteEmptyArray(json, "summary"u8);
        else
            json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (status is not null)
            WritePart(json, part, TextOf(part), Choice.Tokens);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePart(Utf8JsonWriter json, ChunkPart part, string text, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, part == ChunkPart.Reasoning ? "reasoning_text"u8 : "output_text"u8);
        json.WriteString("text"u8, text);
        if (part != ChunkPart.Reasoning)
        {
            WriteEmptyArray(json, "annotations"u8);
            WriteLogprobs(json, tokens);
        }

        json.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens)
    {
        if (Logprobs is null)
            WriteEmptyArray(json, "logprobs"u8);
        else
            Logprobs.Write(json, "logprobs"u8, tokens);
    }

    private static void WriteEmptyArray(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }

    private Utf8JsonWriter BeginInPart(EventStream stream, string type, ChunkPart part)
    {
        var json = Begin(stream, type);
        json.WriteString("item_id"u8, ItemId(part));
        json.WriteNumber("output_index"u8, Block);
        json.WriteNumber("content_index"u8, 0);
        return json;
    }

    private Utf8JsonWriter Begin(EventStream stream, string type)
    {
        Span<byte> name = stackalloc byte[64]; // every type is ASCII and shorter
        name = name[..System.Text.Encoding.ASCII.GetBytes(type, name)];
        var json = stream.BeginFrame(name);
        json.WriteStartObject();
        json.WriteString("type"u8, name);
        json.WriteNumber("sequence_number"u8, _sequenceNumber++);
        return json;
    }

    private static void End(EventStream stream, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        stream.EndFrame();
    }
}
