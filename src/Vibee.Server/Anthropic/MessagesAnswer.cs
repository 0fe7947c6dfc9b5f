using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Engine;
using Vibee.Server.Generation;
using Vibee.Server.Requests;

namespace Vibee.Server.Anthropic;

/// <summary>The shapes of /v1/messages. Clients drop every frame of a stream that has no name.</summary>
internal sealed class MessagesAnswer : BlockAnswer
{
    private static readonly byte[] PingEvent = "event: ping\ndata: {\"type\":\"ping\"}\n\n"u8.ToArray();

    public override byte[] Ping => PingEvent;

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteHead(json);
        foreach (var block in Blocks)
            WriteBlock(json, block, block.Text.ToString());
        json.WriteEndArray();
        WriteStop(json);
        WriteUsage(json, Choice.Text.CompletionTokens);
        json.WriteEndObject();
    }

    public override void WriteStart(EventStream stream)
    {
        var json = Begin(stream, "message_start"u8);
        json.WriteStartObject("message"u8);
        WriteHead(json);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        WriteUsage(json, 0);
        json.WriteEndObject();
        End(stream, json);
    }

    public override void WriteEnd(EventStream stream)
    {
        var json = Begin(stream, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        WriteStop(json);
        json.WriteEndObject();
        json.WriteStartObject("usage"u8);
        json.WriteNumber("output_tokens"u8, Choice.Text.CompletionTokens);
        json.WriteEndObject();
        End(stream, json);
        End(stream, Begin(stream, "message_stop"u8));
    }

    public override void WriteError(EventStream stream, ApiError error)
    {
        var json = stream.BeginFrame("error"u8);
        json.WriteStartObject();
        AnthropicError.WriteFields(json, error);
        End(stream, json);
    }

    protected override void WriteOpen(EventStream stream, Block block)
    {
        var json = Begin(stream, "content_block_start"u8);
        json.WriteNumber("index"u8, Index);
        json.WritePropertyName("content_block"u8);
        WriteBlock(json, block, "");
        End(stream, json);
    }

    protected override void WriteDelta(EventStream stream, Block block)
    {
        if (block.Part == ChunkPart.Reasoning)
            WriteDelta(stream, "thinking_delta"u8, "thinking"u8, Choice.Text.Reasoning);
        else if (block.Part == ChunkPart.Call)
            WriteDelta(stream, "input_json_delta"u8, "partial_json"u8, Choice.Text.Call!.Value.Text);
        else
            WriteDelta(stream, "text_delta"u8, "text"u8, Choice.Text.Content);
    }

    protected override void WriteClose(EventStream stream, Block block)
    {
        if (block.Part == ChunkPart.Reasoning)
            WriteDelta(stream, "signature_delta"u8, "signature"u8, "");
        var json = Begin(stream, "content_block_stop"u8);
        json.WriteNumber("index"u8, Index);
        End(stream, json);
    }

    private void WriteDelta(EventStream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> field, ReadOnlySpan<char> text)
    {
        var json = Begin(stream, "content_block_delta"u8);
        json.WriteNumber("index"u8, Index);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        json.WriteString(field, text);
        json.WriteEndObject();
        End(stream, json);
    }

    private static void WriteBlock(Utf8JsonWriter json, Block block, string text)
    {
        switch (block.Part)
        {
            case ChunkPart.Reasoning:
                WriteThinking(json, text);
                break;
            case ChunkPart.Call:
                WriteToolUse(json, block, text);
                break;
            default:
                WriteText(json, text);
                break;
        }
    }

    private static void WriteToolUse(Utf8JsonWriter json, Block block, string arguments)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, $"toolu_{block.Key[..24]}");
        json.WriteString("name"u8, block.Name);
        json.WritePropertyName("input"u8);
        // Arguments that the token limit cut are no object any more; clients want one all the same.
        (JsonNodes.Parse(arguments) as JsonObject ?? []).WriteTo(json);
        json.WriteEndObject();
    }

    // The signature proves to Anthropic that the thought is its own; here there is nobody to prove it to.
    private static void WriteThinking(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteString("thinking"u8, text);
        json.WriteString("signature"u8, ""u8);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("id"u8, $"msg_{Id}");
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, Model);
        json.WriteStartArray("content"u8);
    }

    private void WriteStop(Utf8JsonWriter json)
    {
        var stop = Choice.Text.MatchedStop;
        json.WriteString("stop_reason"u8,
            stop is not null ? "stop_sequence"u8
            : Choice.Text.Reason == FinishReason.ToolCalls ? "tool_use"u8
            : Choice.Text.Reason == FinishReason.Length ? "max_tokens"u8 : "end_turn"u8);
        json.WriteString("stop_sequence"u8, stop);
    }

    // The tokens that came from the cache are counted apart, not among the input.
    private void WriteUsage(Utf8JsonWriter json, int outputTokens)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, Choice.Text.PromptTokens - Choice.Text.CachedTokens);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, Choice.Text.CachedTokens);
        json.WriteNumber("output_tokens"u8, outputTokens);
        json.WriteEndObject();
    }

    private static Utf8JsonWriter Begin(EventStream stream, ReadOnlySpan<byte> type)
    {
        var json = stream.BeginFrame(type);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        return json;
    }

    private static void End(EventStream stream, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        stream.EndFrame();
    }
}
