using Vibee.Engine;
using Vibee.Engine.Text;
using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/chat/completions.</summary>
internal sealed class ChatEndpoint(ServerOptions options, ServedModel served, AnswerRunner runner) : ModelEndpoint(options, served)
{
    private readonly ServerOptions _options = options;
    private readonly ServedModel _served = served;

    protected override Func<HttpContext, Task> Reply(RequestFields fields, LoadedModel model)
    {
        var request = ChatRequest.Read(fields, _served, model.Defaults(_options), model.Engine.Tokenizer);
        if (fields.Problem is { } problem)
            return problem.SendAsync;
        if (model.Prepare(request.Prompt, out var error) is not { } prompt)
            return error!.SendAsync;
        if (model.CheckLength(prompt.Tokens.Length, "messages") is { } tooLong)
            return tooLong.SendAsync;

        var answer = new ChatAnswer
        {
            Choices = MakeChoices(request, prompt, model),
            Model = request.Model,
            Fingerprint = model.Fingerprint,
            Stream = request.Stream,
            IncludeUsage = request.IncludeUsage,
            IncludeTimings = request.IncludeTimings,
            Logprobs = request.Sampling.TopLogprobs is null ? null : new ChatLogprobs(model.Engine.Tokenizer),
        };
        return context => runner.RunAsync(context, model.Engine, answer);
    }

    private static Choice[] MakeChoices(ChatRequest request, PreparedPrompt prompt, LoadedModel model)
    {
        var choices = new Choice[request.Choices];
        for (var i = 0; i < choices.Length; i++)
        {
            var sampling = i == 0 ? request.Sampling : request.Sampling with { Seed = request.Sampling.Seed + i };
            var sequence = new Sequence(prompt.Tokens, model.ClipMaxTokens(prompt.Tokens.Length, request.MaxTokens), sampling);
            var splitter = request.SplitReasoning ? new ReasoningSplitter(prompt.Text) : ReasoningSplitter.Off();
            choices[i] = new Choice(i, sequence, new GeneratedText(sequence, model.Engine.Tokenizer, request.Stops, splitter))
            {
                ChargesPrompt = i == 0,
                Echo = request.Echo ? request.Prompt.Prefill ?? "" : "",
            };
        }

        return choices;
    }
}
