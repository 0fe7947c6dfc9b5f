using Vibee.Server.Generation;
using Vibee.Server.OpenAi;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/responses, without memory: every request brings its whole conversation.</summary>
internal sealed class ResponsesEndpoint(ServerOptions options, ServedModel served, AnswerRunner runner)
    : ConversationEndpoint<ResponsesRequest>(options, served, runner, ResponsesRequest.Read)
{
    protected override Answer MakeAnswer(ResponsesRequest request, PreparedPrompt prompt, LoadedModel model) => new ResponsesAnswer
    {
        Choices = [MakeChoice(request, prompt, model)],
        Model = request.Model,
        Stream = request.Stream,
        Request = request,
        Logprobs = request.Sampling.TopLogprobs is null ? null : new ChatLogprobs(model.Engine.Tokenizer),
    };
}
