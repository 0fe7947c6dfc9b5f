using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /v1/embeddings.</summary>
internal sealed class EmbeddingsEndpoint(ServerOptions options, ServedModel served, EmbeddingSender sender)
    : ModelEndpoint<LoadedEmbedder>(options, served)
{
    protected override Func<HttpContext, Task> Reply(RequestFields fields, LoadedEmbedder model)
    {
        if (model.Ranks)
            return model.OtherKind.SendAsync;
        var request = EmbeddingsRequest.Read(fields, Served, model);
        if (fields.Problem is { } problem)
            return problem.SendAsync;
        return context => sender.SendAsync(context, model.Engine, request.Model, request.Inputs, vectors => Answer(request, vectors),
            static (json, answer) => answer.Write(json));
    }

    private static EmbeddingsAnswer? Answer(EmbeddingsRequest request, IReadOnlyList<float[]> vectors)
    {
        var units = new float[vectors.Count][];
        for (var i = 0; i < units.Length; i++)
        {
            if (Normalize(vectors[i].AsSpan(0, request.Dimensions)) is not { } unit)
                return null;
            units[i] = unit;
        }

        return new EmbeddingsAnswer(request, units);
    }

    /// <summary>The vector of length 1 in the same direction, all zeros if it is that; null if it is no vector.</summary>
    private static float[]? Normalize(ReadOnlySpan<float> vector)
    {
        var sum = 0.0; // of squares: no float's overflows a double
        foreach (var number in vector)
            sum += (double)number * number;
        if (!double.IsFinite(sum))
            return null;

        var scale = sum == 0 ? 0 : 1 / Math.Sqrt(sum);
        var unit = new float[vector.Length];
        for (var i = 0; i < unit.Length; i++)
            unit[i] = (float)(vector[i] * scale);
        return unit;
    }
}
