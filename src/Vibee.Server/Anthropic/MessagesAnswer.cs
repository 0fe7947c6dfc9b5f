using System.Text.Json;
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
        if (ShowReasoning && Choice.Reasoning.Length > 0)
            WriteThinking(json, Choice.Reasoning.ToString());
        if (Choice.Content.Length > 0)
            WriteText(json, Choice.Content.ToString());
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

    protected override void WriteOpen(EventStream stream, ChunkPart part)
    {
        var json = Begin(stream, "content_block_start"u8);
        json.WriteNumber("index"u8, Block);
        json.WritePropertyName("content_block"u8);
        if (part == ChunkPart.Reasoning)
            WriteThinking(json, "");
        else
            WriteText(json, "");
        End(stream, json);
    }

    protected override void WriteDelta(EventStream stream, ChunkPart part)
    {
        if (part == ChunkPart.Reasoning)
            WriteDelta(stream, "thinking_delta"u8, "thinking"u8, Choice.Text.Reasoning);
        else
            WriteDelta(stream, "text_delta"u8, "text"u8, Choice.Text.Content);
    }

    protected override void WriteClose(EventStream stream, ChunkPart part)
    {
        if (part == ChunkPart.Reasoning)
            WriteDelta(stream, "signature_delta"u8, "signature"u8, "");
        var json = Begin(stream, "content_block_stop"u8);
        json.WriteNumber("index"u8, Block);
        End(stream, json);
    }

    private void WriteDelta(EventStream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> field, ReadOnlySpan<char> text)
    {
        var json = Begin(stream, "content_block_delta"u8);
        json.WriteNumber("index"u8, Block);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        json.WriteString(field, text);
        json.WriteEndObject();
        End(stream, json);
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
            stop is not null ? "stop_sequence"u8 : Choice.Text.Reason == FinishReason.Length ? "max_tokens"u8 : "end_turn"u8);
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
