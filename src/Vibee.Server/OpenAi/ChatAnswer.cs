using System.Text.Json;
using Vibee.Engine.Text;
using Vibee.Server.Generation;

namespace Vibee.Server.OpenAi;

/// <summary>The shapes of chat: <c>chat.completion</c> and its chunks.</summary>
internal sealed class ChatAnswer : Answer
{
    public required ChatLogprobs? Logprobs { get; init; }

    protected override string IdPrefix => "chatcmpl-";

    protected override string Object => "chat.completion";

    protected override string ChunkObject => "chat.completion.chunk";

    public override bool HasStart(Choice choice) => true;

    protected override void WriteChoice(Utf8JsonWriter json, Choice choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (choice.Reasoning.Length > 0)
            WriteReasoning(json, choice.Reasoning.ToString());
        json.WriteString("content"u8, string.Concat(choice.Echo, choice.Content.ToString()));
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
        WriteLogprobs(json, choice.Tokens);
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
        }

        json.WriteEndObject();
        WriteLogprobs(json, part == ChunkPart.Content ? choice.Text.Tokens : []);
        if (part == ChunkPart.Finish)
            json.WriteString("finish_reason"u8, choice.FinishReason);
        else
            json.WriteNull("finish_reason"u8);
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
