using Vibee.Server.Anthropic;
using Vibee.Server.Generation;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/messages, Anthropic's.</summary>
internal sealed class MessagesEndpoint(ServerOptions options, ServedModel served, AnswerRunner runner)
    : ConversationEndpoint<MessagesRequest>(options, served, runner, MessagesRequest.Read)
{
    protected override Answer MakeAnswer(MessagesRequest request, PreparedPrompt prompt, LoadedModel model) => new MessagesAnswer
    {
        Choices = [MakeChoice(request, prompt, model)],
        Model = request.Model,
        Stream = request.Stream,
        ShowReasoning = request.ShowThinking,
    };
}
