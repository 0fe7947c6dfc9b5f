using System.Text.Json;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Server.Middleware.Limits;
using Vibee.Server.Observability;
using Vibee.Server.Requests;

namespace Vibee.Server.Generation;

/// <summary>Takes inputs through the engine of an embedding model and sends what is made of their vectors.</summary>
internal sealed class EmbeddingSender(ServerMetrics metrics, IHostApplicationLifetime lifetime)
{
    /// <param name="context">The request; if its client leaves, the work ends.</param>
    /// <param name="engine">The model's.</param>
    /// <param name="model">Its id.</param>
    /// <param name="inputs">Checked.</param>
    /// <param name="answer">Makes the answer of the vectors, or returns null where they are no numbers.</param>
    /// <param name="write">Writes the answer.</param>
    public async Task SendAsync<TAnswer>(
        HttpContext context, EmbeddingEngine engine, string model, IReadOnlyList<int[]> inputs,
        Func<IReadOnlyList<float[]>, TAnswer?> answer, Action<Utf8JsonWriter, TAnswer> write)
        where TAnswer : class
    {
        var request = new EmbeddingRequest(inputs);
        if (ApiError.Of(engine.Submit(request), engine.QueueWait) is { } refusal)
        {
            await refusal.SendAsync(context);
            return;
        }

        FinishReason reason;
        await using (context.RequestAborted.UnsafeRegister(static request => ((EmbeddingRequest)request!).Cancel(), request))
            reason = await request.Completion;

        if (reason == FinishReason.Cancelled)
            return; // nobody is there to be told
        if (reason == FinishReason.Failed)
        {
            await ApiError.OfFailure(request.Error, lifetime).SendAsync(context);
            return;
        }

        var tokens = inputs.Sum(input => input.Length);
        metrics.PromptTokens(tokens);
        var notes = RequestNotes.Of(context);
        (notes.Model, notes.Usage) = (model, new Usage(tokens, 0, 0, 0));
        await Caller.Of(context).ChargeAsync(tokens);
        await (answer(request.Vectors) is { } made
            ? JsonReply.SendAsync(context, StatusCodes.Status200OK, made, write)
            : NoNumbers.SendAsync(context));
    }

    private static ApiError NoNumbers => ApiError.Internal with { Message = "The model computed something that is no number.", IsFinal = true };
}
