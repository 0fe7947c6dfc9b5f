using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/rerank.</summary>
internal sealed class RerankEndpoint(ServerOptions options, ServedModel served, EmbeddingSender sender)
    : ModelEndpoint<LoadedEmbedder>(options, served)
{
    private static readonly ApiError NoReranker = new(501,
        "The model is no reranker. Serve one, such as bge-reranker-v2-m3, to rank documents.", Type: ApiError.NotSupported) { IsFinal = true };

    protected override ApiError Refusal(Loaded model) => NoReranker;

    protected override Func<HttpContext, Task> Reply(RequestFields fields, LoadedEmbedder model)
    {
        if (!model.Ranks)
            return NoReranker.SendAsync;
        var request = RerankRequest.Read(fields, Served, model);
        if (fields.Problem is { } problem)
            return problem.SendAsync;
        return context => sender.SendAsync(context, model.Engine, request.Model, request.Inputs, vectors => Answer(request, vectors),
            static (json, answer) => answer.Write(json));
    }

    // Of a classifier with several labels the first is the one that says "relevant".
    private static RerankAnswer? Answer(RerankRequest request, IReadOnlyList<float[]> vectors) =>
        vectors.All(vector => float.IsFinite(vector[0])) ? new RerankAnswer(request, [.. vectors.Select(vector => vector[0])]) : null;
}
