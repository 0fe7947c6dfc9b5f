using Vibee.Engine;
using Vibee.Engine.Grammar;
using Vibee.Engine.Text;
using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/completions.</summary>
internal sealed class CompletionEndpoint(ServerOptions options, ServedModel served, AnswerRunner runner) : ModelEndpoint(options, served)
{
    protected override Func<HttpContext, Task> Reply(RequestFields fields, LoadedModel model)
    {
        var request = CompletionRequest.Read(fields, Served, model.Defaults(Options), model);
        if (fields.Problem is { } problem)
            return problem.SendAsync;
        var constraint = model.Grammars.Make(request.Format, part => part, out var error);
        if (error is not null)
            return error.SendAsync;

        var answer = new CompletionAnswer
        {
            Choices = [.. Enumerable.Range(0, request.Prompts.Count * request.BestOf).Select(i => MakeChoice(i, request, model, constraint))],
            Candidates = request.BestOf,
            Wanted = request.Choices,
            Model = request.Model,
            Fingerprint = model.Fingerprint,
            Stream = request.Stream,
            IncludeUsage = request.IncludeUsage,
            IncludeTimings = request.IncludeTimings,
            Logprobs = request.Sampling.TopLogprobs is null ? null : new CompletionLogprobs(model.Engine.Tokenizer),
        };
        return context =>
        {
            OutputGrammars.Warn(context.Response, constraint);
            return runner.RunAsync(context, model.Engine, answer);
        };
    }

    private static Choice MakeChoice(int index, CompletionRequest request, LoadedModel model, TextConstraint? constraint)
    {
        var (which, repetition) = Math.DivRem(index, request.BestOf);
        var prompt = request.Prompts[which];
        var sampling = request.Sampling.ForChoice(repetition);
        if (request.BestOf > request.Choices)
            sampling = sampling with { TopLogprobs = sampling.TopLogprobs ?? 0 }; // to tell the best
        // With probabilities the prompt is said token by token, as the engine has them; without, at once.
        var scoring = request.Echo ? request.Sampling.TopLogprobs : null;
        var echo = request.Echo && scoring is null ? prompt.Text : "";
        var tokenizer = model.Engine.Tokenizer;
        var sequence = new Sequence(prompt.Tokens, model.ClipMaxTokens(prompt.Tokens.Length, request.MaxTokens), sampling, scoring, constraint);
        var text = new GeneratedText(sequence, tokenizer, request.Stops, ReasoningSplitter.Off())
        {
            Echo = scoring is null ? [] : PromptPieces.Split(prompt.Text, prompt.Tokens, tokenizer),
        };
        return new Choice(index, sequence, text) { ChargesPrompt = repetition == 0, Echo = echo };
    }
}
