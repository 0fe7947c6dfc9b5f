using Vibee.Server.Generation;
using Vibee.Server.OpenAi;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/chat/completions.</summary>
internal sealed class ChatEndpoint(ServerOptions options, ServedModel served, AnswerRunner runner)
    : ConversationEndpoint<ChatRequest>(options, served, runner, ChatRequest.Read)
{
    protected override Answer MakeAnswer(ChatRequest request, PreparedPrompt prompt, LoadedModel model) => new ChatAnswer
    {
        Choices = [.. Enumerable.Range(0, request.Choices).Select(i => MakeChoice(request, prompt, model, i))],
        Model = request.Model,
        Fingerprint = model.Fingerprint,
        Stream = request.Stream,
        IncludeUsage = request.IncludeUsage,
        IncludeTimings = request.IncludeTimings,
        Logprobs = request.Sampling.TopLogprobs is null ? null : new ChatLogprobs(model.Engine.Tokenizer),
    };
}
