using System.Text.Json;
using Vibee.Engine.Text;
using Vibee.Server.Generation;

namespace Vibee.Server.OpenAi;

/// <summary>The shapes of chat: <c>chat.completion</c> and its chunks.</summary>
internal sealed class ChatAnswer : ChoicesAnswer
{
    public required ChatLogprobs? Logprobs { get; init; }

    protected override string IdPrefix => "chatcmpl-";

    protected override string Object => "chat.completion";

    protected override string ChunkObject => "chat.completion.chunk";

    protected override bool HasStart(Choice choice) => true;

    protected override void WriteChoice(Utf8JsonWriter json, Choice choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (choice.Reasoning is { Length: > 0 } reasoning)
            WriteReasoning(json, reasoning);
        var content = string.Concat(choice.Echo, choice.Content);
        json.WriteString("content"u8, content.Length == 0 && choice.Calls.Any() ? null : content);
        json.WriteNull("refusal"u8);
        WriteCalls(json, choice);
        json.WriteEndObject();
        WriteLogprobs(json, [.. choice.Tokens]);
        json.WriteString("finish_reason"u8, choice.FinishReason);
        json.WriteEndObject();
    }

    protected override void WriteChoice(Utf8JsonWriter json, Choice choice, ChunkPart part)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteStartObject("delta"u8);
        switch (part)
        {
            case ChunkPart.Start:
                json.WriteString("role"u8, "assistant"u8);
                json.WriteString("content"u8, choice.Echo);
                break;
            case ChunkPart.Reasoning:
                WriteReasoning(json, choice.Text.Reasoning);
                break;
            case ChunkPart.Content:
                json.WriteString("content"u8, choice.Text.Content);
                break;
            case ChunkPart.Call:
                var call = choice.Collect(part); // a stream keeps nothing else
                BeginCall(json, choice);
                WriteCall(json, call, "");
                json.WriteEndArray();
                break;
            case ChunkPart.Arguments:
                BeginCall(json, choice);
                json.WriteStartObject("function"u8);
                json.WriteString("arguments"u8, choice.Text.Call!.Value.Text);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndArray();
                break;
        }

        json.WriteEndObject();
        WriteLogprobs(json, part == ChunkPart.Content ? choice.Text.Tokens : []);
        if (part == ChunkPart.Finish)
            json.WriteString("finish_reason"u8, choice.FinishReason);
        else
            json.WriteNull("finish_reason"u8);
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, Choice choice)
    {
        if (!choice.Calls.Any())
            return;
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in choice.Calls)
        {
            json.WriteStartObject();
            WriteCall(json, call, call.Text.ToString());
        }

        json.WriteEndArray();
    }

    private static void BeginCall(Utf8JsonWriter json, Choice choice)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Blocks.Count - 1);
    }

    private static void WriteCall(Utf8JsonWriter json, Block call, string arguments)
    {
        json.WriteString("id"u8, call.CallId);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Both names are in use: DeepSeek's and llama-server's, and vLLM's and Ollama's.
    private static void WriteReasoning(Utf8JsonWriter json, ReadOnlySpan<char> text)
    {
        json.WriteString("reasoning_content"u8, text);
        json.WriteString("reasoning"u8, text);
    }

    private void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens)
    {
        if (Logprobs is null || (Stream && tokens.Count == 0))
            json.WriteNull("logprobs"u8);
        else
            Logprobs.Write(json, tokens);
    }
}
