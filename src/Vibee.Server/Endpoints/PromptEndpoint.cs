using System.Text.Json;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>What a request that continues a conversation would evaluate, as text or counted: POST /apply-template, and
/// of each API the path that counts.</summary>
internal sealed class PromptEndpoint(
    ServerOptions options, ServedModel served, ConversationRequest.Reader read, Action<Utf8JsonWriter, PreparedPrompt> write)
    : ModelEndpoint(options, served)
{
    public static void WriteText(Utf8JsonWriter json, PreparedPrompt prompt)
    {
        json.WriteStartObject();
        json.WriteString("prompt"u8, prompt.Text);
        json.WriteEndObject();
    }

    /// <summary>OpenAI's count.</summary>
    public static void WriteInputTokens(Utf8JsonWriter json, PreparedPrompt prompt)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "response.input_tokens"u8);
        json.WriteNumber("input_tokens"u8, prompt.Tokens.Length);
        json.WriteEndObject();
    }

    /// <summary>Anthropic's count.</summary>
    public static void WriteCount(Utf8JsonWriter json, PreparedPrompt prompt)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, prompt.Tokens.Length);
        json.WriteEndObject();
    }

    protected override Func<HttpContext, Task> Reply(RequestFields fields, LoadedModel model)
    {
        var request = read(fields, Served, model.Defaults(Options), model.Engine.Tokenizer);
        if (fields.Problem is { } problem)
            return problem.SendAsync;
        return model.Prepare(request.Prompt, out var error) is { } prompt
            ? context => JsonReply.SendAsync(context, StatusCodes.Status200OK, prompt, write)
            : error!.SendAsync;
    }
}
