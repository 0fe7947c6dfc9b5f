using Vibee.Engine;
using Vibee.Engine.Text;
using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/chat/completions.</summary>
internal sealed class ChatEndpoint(ServerOptions options, ServedModel served, AnswerRunner runner)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (served.Loaded is not { } model)
        {
            await ApiError.ModelLoading.SendAsync(context);
            return;
        }

        var (answer, error) = await ReadAsync(context, model);
        if (answer is null)
            await error!.SendAsync(context);
        else
            await runner.RunAsync(context, model.Engine, answer);
    }

    private async ValueTask<(Answer?, ApiError?)> ReadAsync(HttpContext context, LoadedModel model)
    {
        var (body, error) = await JsonBody.ReadAsync(context.Request, options.MaxRequestBody);
        if (body is null)
            return (null, error);
        using (body)
        {
            var fields = new RequestFields(body.Root);
            var request = ChatRequest.Read(fields, served, model.Defaults(options), model.Engine.Tokenizer);
            return fields.Problem is { } problem ? (null, problem) : Prepare(request, model);
        }
    }

    private static (Answer?, ApiError?) Prepare(ChatRequest request, LoadedModel model)
    {
        if (model.Render(request.Prompt, out var error) is not { } prompt)
            return (null, error);
        var tokens = model.Encode(prompt);
        if (model.CheckLength(tokens.Length, "messages") is { } tooLong)
            return (null, tooLong);
        if (tokens.Length == 0)
            return (null, ApiError.Invalid("messages", "invalid_value", "The messages make an empty prompt."));

        var choices = new Choice[request.Choices];
        for (var i = 0; i < choices.Length; i++)
        {
            var sampling = request.Sampling with { Seed = request.Sampling.Seed + i };
            var sequence = new Sequence(tokens, model.ClipMaxTokens(tokens.Length, request.MaxTokens), sampling);
            var splitter = request.SplitReasoning ? new ReasoningSplitter(prompt) : ReasoningSplitter.Off();
            choices[i] = new Choice(i, sequence, new GeneratedText(sequence, model.Engine.Tokenizer, request.Stops, splitter))
            {
                ChargesPrompt = i == 0,
                Echo = request.Echo ? request.Prompt.Prefill ?? "" : "",
            };
        }

        return (new ChatAnswer
        {
            Choices = choices,
            Model = request.Model,
            Fingerprint = model.Fingerprint,
            Stream = request.Stream,
            IncludeUsage = request.IncludeUsage,
            IncludeTimings = request.IncludeTimings,
            Logprobs = request.Sampling.TopLogprobs is null ? null : new ChatLogprobs(model.Engine.Tokenizer),
        }, null);
    }
}
