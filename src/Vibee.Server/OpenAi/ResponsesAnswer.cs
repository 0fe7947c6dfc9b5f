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

    protected override void WriteOpen(EventStream stream, Block block)
    {
        var json = Begin(stream, "response.output_item.added");
        json.WriteNumber("output_index"u8, Index);
        json.WritePropertyName("item"u8);
        WriteItem(json, block, null);
        End(stream, json);
        if (block.Part == ChunkPart.Call)
            return;

        json = BeginInPart(stream, "response.content_part.added", block);
        json.WritePropertyName("part"u8);
        WritePart(json, block, "", []);
        End(stream, json);
    }

    protected override void WriteDelta(EventStream stream, Block block)
    {
        var text = Choice.Text;
        var json = BeginInPart(stream, $"{EventOf(block)}.delta", block);
        switch (block.Part)
        {
            case ChunkPart.Reasoning:
                json.WriteString("delta"u8, text.Reasoning);
                break;
            case ChunkPart.Call:
                json.WriteString("delta"u8, text.Call!.Value.Text);
                break;
            default:
                json.WriteString("delta"u8, text.Content);
                WriteLogprobs(json, text.Tokens);
                break;
        }

        End(stream, json);
    }

    protected override void WriteClose(EventStream stream, Block block)
    {
        var json = BeginInPart(stream, $"{EventOf(block)}.done", block);
        if (block.Part == ChunkPart.Call)
            json.WriteString("name"u8, block.Name);
        json.WriteString(block.Part == ChunkPart.Call ? "arguments"u8 : "text"u8, block.Text.ToString());
        if (block.Part == ChunkPart.Content)
            WriteLogprobs(json, block.Tokens);
        End(stream, json);

        if (block.Part != ChunkPart.Call)
        {
            json = BeginInPart(stream, "response.content_part.done", block);
            json.WritePropertyName("part"u8);
            WritePart(json, block, block.Text.ToString(), block.Tokens);
            End(stream, json);
        }

        json = Begin(stream, "response.output_item.done");
        json.WriteNumber("output_index"u8, Index);
        json.WritePropertyName("item"u8);
        WriteItem(json, block, IsIncomplete ? "incomplete" : "completed");
        End(stream, json);
    }

    private static string EventOf(Block block) => block.Part switch
    {
        ChunkPart.Reasoning => "response.reasoning_text",
        ChunkPart.Call => "response.function_call_arguments",
        _ => "response.output_text",
    };

    private static string ItemId(Block block) => string.Concat(
        block.Part switch { ChunkPart.Reasoning => "rs_", ChunkPart.Call => "fc_", _ => "msg_" }, block.Key);

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
        foreach (var block in Blocks)
            WriteItem(json, block, IsIncomplete && block == Choice.Blocks[^1] ? "incomplete" : "completed");
    }

    /// <param name="json">Where to.</param>
    /// <param name="block">Which item.</param>
    /// <param name="status">How it ended, or null when it has only begun.</param>
    private void WriteItem(Utf8JsonWriter json, Block block, string? status)
    {
        var text = status is null ? "" : block.Text.ToString();
        json.WriteStartObject();
        json.WriteString("id"u8, ItemId(block));
        json.WriteString("type"u8, block.Part switch { ChunkPart.Reasoning => "reasoning"u8, ChunkPart.Call => "function_call"u8, _ => "message"u8 });
        json.WriteString("status"u8, status ?? "in_progress");
        switch (block.Part)
        {
            case ChunkPart.Call:
                json.WriteString("call_id"u8, block.CallId);
                json.WriteString("name"u8, block.Name);
                json.WriteString("arguments"u8, text);
                json.WriteEndObject();
                return;
            case ChunkPart.Reasoning:
                WriteEmptyArray(json, "summary"u8);
                break;
            default:
                json.WriteString("role"u8, "assistant"u8);
                break;
        }

        json.WriteStartArray("content"u8);
        if (status is not null)
            WritePart(json, block, text, block.Tokens);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePart(Utf8JsonWriter json, Block block, string text, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, block.Part == ChunkPart.Reasoning ? "reasoning_text"u8 : "output_text"u8);
        json.WriteString("text"u8, text);
        if (block.Part != ChunkPart.Reasoning)
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

    private Utf8JsonWriter BeginInPart(EventStream stream, string type, Block block)
    {
        var json = Begin(stream, type);
        json.WriteString("item_id"u8, ItemId(block));
        json.WriteNumber("output_index"u8, Index);
        if (block.Part != ChunkPart.Call)
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
