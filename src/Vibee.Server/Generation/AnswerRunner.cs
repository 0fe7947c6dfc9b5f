using Vibee.Engine;
using Vibee.Engine.Text;
using Vibee.Server.Middleware.Limits;
using Vibee.Server.Observability;
using Vibee.Server.Requests;

namespace Vibee.Server.Generation;

/// <summary>
/// Takes an answer from its first token to its last: submits its sequences side by side, sends what they say, whole
/// or as a stream, and sees that none of them goes on when the client has left.
/// </summary>
internal sealed class AnswerRunner(ServerOptions options, ServerMetrics metrics, GenAiTelemetry telemetry, IHostApplicationLifetime lifetime)
{
    public async Task RunAsync(HttpContext context, InferenceEngine engine, Answer answer)
    {
        foreach (var choice in answer.Choices)
            choice.Sequence.Priority = Caller.Of(context).Priority;
        if (Submit(engine, answer.Choices) is { } refusal)
        {
            await refusal.SendAsync(context);
            return;
        }

        await using var leaving = context.RequestAborted.UnsafeRegister(
            static choices => CancelAll((IReadOnlyList<Choice>)choices!), answer.Choices);

        var activity = telemetry.Start(answer);
        try
        {
            await AnswerAsync(context, answer);
        }
        catch
        {
            // Nobody will read the rest.
            CancelAll(answer.Choices);
            throw;
        }
        finally
        {
            var notes = RequestNotes.Of(context);
            notes.Take(answer);
            telemetry.Stop(activity, answer, notes);
            await ChargeAsync(context, answer); // also what was cut short
        }
    }

    private async Task AnswerAsync(HttpContext context, Answer answer)
    {
        // Nothing is sent before the engine has begun: until then a failure is still a plain HTTP answer.
        var first = answer.Choices[0].Text;
        await first.WaitAsync();
        first.TryRead();
        if (!first.IsStarted)
        {
            CancelAll(answer.Choices);
            await FailAsync(context, first);
            return;
        }

        metrics.PromptTokens(Usage.Of(answer.Choices).PromptTokens);
        if (answer.Stream)
            await StreamAsync(context, answer);
        else
            await SendWholeAsync(context, answer);
    }

    private static ApiError? Submit(InferenceEngine engine, IReadOnlyList<Choice> choices)
    {
        foreach (var choice in choices)
        {
            if (ApiError.Of(engine.Submit(choice.Sequence), engine.QueueWait) is not { } refusal)
                continue;
            CancelAll(choices);
            return refusal;
        }

        return null;
    }

    private async Task SendWholeAsync(HttpContext context, Answer answer)
    {
        foreach (var choice in answer.Choices)
        {
            while (await choice.Text.WaitAsync())
            {
                while (TryRead(choice))
                    choice.Collect();
            }

            if (!IsComplete(choice))
            {
                CancelAll(answer.Choices);
                await FailAsync(context, choice.Text);
                return;
            }
        }

        await ChargeAsync(context, answer);
        await JsonReply.SendAsync(context, StatusCodes.Status200OK, answer, static (json, answer) => answer.Write(json));
    }

    private async Task StreamAsync(HttpContext context, Answer answer)
    {
        await using var stream = EventStream.Open(context, options.PingInterval, answer.Ping);
        await stream.WriteAsync(answer, static (stream, answer) => answer.WriteStart(stream));

        if (answer.Choices is [var only])
            await PumpAsync(stream, answer, only);
        else
            await Task.WhenAll(answer.Choices.Select(choice => PumpAsync(stream, answer, choice)));

        await ChargeAsync(context, answer);
        await stream.WriteAsync(answer, WriteEnd);
    }

    private void WriteEnd(EventStream stream, Answer answer)
    {
        if (answer.Choices.FirstOrDefault(choice => !IsComplete(choice)) is { } failed)
            answer.WriteError(stream, ErrorOf(failed.Text));
        else
            answer.WriteEnd(stream);
    }

    /// <summary>Sends one choice until it ends. Tokens that are ready together go out together, each in a chunk of
    /// its own.</summary>
    private async Task PumpAsync(EventStream stream, Answer answer, Choice choice)
    {
        while (await choice.Text.WaitAsync())
            await stream.WriteAsync((answer, choice), WriteReady);
        if (!IsComplete(choice))
            CancelAll(answer.Choices);
    }

    private void WriteReady(EventStream stream, (Answer Answer, Choice Choice) pair)
    {
        var (answer, choice) = pair;
        var text = choice.Text;
        while (TryRead(choice))
        {
            if (!text.Reasoning.IsEmpty)
                answer.WriteChunk(stream, choice, ChunkPart.Reasoning);
            if (!text.Content.IsEmpty || text.Tokens.Count > 0)
                answer.WriteChunk(stream, choice, ChunkPart.Content);
            if (choice.CallPart is { } part)
                answer.WriteChunk(stream, choice, part);
            if (IsComplete(choice))
                answer.WriteChunk(stream, choice, ChunkPart.Finish);
        }
    }

    private bool TryRead(Choice choice)
    {
        var before = choice.Text.CompletionTokens;
        if (!choice.Text.TryRead())
            return false;
        metrics.TokensGenerated(choice.Text.CompletionTokens - before);
        return true;
    }

    // Before the client sees the end, so that who has seen it and asks again finds the limit as it is.
    private static ValueTask ChargeAsync(HttpContext context, Answer answer)
    {
        var usage = Usage.Of(answer.Choices.Where(choice => choice.Text.IsStarted));
        var tokens = usage.PromptTokens + usage.CompletionTokens - answer.ChargedTokens;
        answer.ChargedTokens += tokens;
        return Caller.Of(context).ChargeAsync(tokens);
    }

    private static bool IsComplete(Choice choice) =>
        choice.Text.IsFinished && choice.Text.Reason is not (FinishReason.Cancelled or FinishReason.Failed);

    private Task FailAsync(HttpContext context, GeneratedText text)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask; // nobody is there to be told
        return ErrorOf(text).SendAsync(context);
    }

    private ApiError ErrorOf(GeneratedText text) => ApiError.OfFailure(text.Error, lifetime);

    private static void CancelAll(IReadOnlyList<Choice> choices)
    {
        foreach (var choice in choices)
            choice.Sequence.Cancel();
    }
}
