using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Engine.Text;
using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>An endpoint that continues a conversation.</summary>
internal abstract class ConversationEndpoint<TRequest>(
    ServerOptions options, ServedModel served, AnswerRunner runner, Func<RequestFields, ServedModel, SamplingParams, ITokenizer, TRequest> read)
    : ModelEndpoint(options, served)
    where TRequest : ConversationRequest
{
    protected override Func<HttpContext, Task> Reply(RequestFields fields, LoadedModel model)
    {
        var request = read(fields, Served, model.Defaults(Options), model.Engine.Tokenizer);
        if (fields.Problem is { } problem)
            return problem.SendAsync;
        if (model.PrepareToAnswer(request.Prompt, request.Format, out var error) is not { } prompt)
            return error!.SendAsync;

        prompt = prompt with { Prediction = model.Predict(request.Prediction) };
        var answer = MakeAnswer(request, prompt, model);
        return context =>
        {
            OutputGrammars.Warn(context.Response, prompt.Constraint);
            return runner.RunAsync(context, model.Engine, answer);
        };
    }

    protected abstract Answer MakeAnswer(TRequest request, PreparedPrompt prompt, LoadedModel model);

    protected static Choice MakeChoice(TRequest request, PreparedPrompt prompt, LoadedModel model, int index = 0)
    {
        var sequence = new Sequence(
            prompt.Tokens, model.ClipMaxTokens(prompt.Tokens.Length, request.MaxTokens), request.Sampling.ForChoice(index), constraint: prompt.Constraint)
        {
            Prediction = prompt.Prediction,
        };
        var splitter = request.SplitReasoning ? new ReasoningSplitter(prompt.Text) : ReasoningSplitter.Off();
        var tools = request.Prompt.Tools;
        var text = new GeneratedText(sequence, model.Engine.Tokenizer, request.Stops, splitter)
        {
            Parser = prompt.Calls?.Parse(tools?.Callable ?? [], prompt.Text, isConstrained: tools is { IsForbidden: false } && prompt.Constraint is not null),
            MaxCalls = tools?.MostCalls ?? int.MaxValue,
        };
        return new Choice(index, sequence, text)
        {
            ChargesPrompt = index == 0,
            Echo = request.Echo ? request.Prompt.Prefill ?? "" : "",
        };
    }
}
