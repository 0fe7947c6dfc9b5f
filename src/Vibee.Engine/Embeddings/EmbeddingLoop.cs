using System.Diagnostics;

namespace Vibee.Engine.Embeddings;

/// <summary>
/// What the thread of a model that makes vectors does, again and again: pack, embed, hand out. Inputs of all requests
/// share batches, each request giving one in turn, so that a few texts do not wait for somebody's library.
/// </summary>
/// <param name="runner">Called by nobody else; disposed with this.</param>
/// <param name="metrics">Where to count.</param>
/// <param name="ended">Called for each request that ended.</param>
internal sealed class EmbeddingLoop(IEmbeddingRunner runner, EngineMetrics metrics, Action ended) : IEngineLoop<EmbeddingRequest>
{
    private readonly Batch _batch = new(Math.Max(runner.Capacity.BatchTokens, runner.Capacity.ContextLength));
    private readonly Queue<EmbeddingRequest> _waiting = new();
    private readonly List<(EmbeddingRequest Request, int Input)> _packed = [];

    public bool HasWork => _waiting.Count > 0;

    public long LastProgress => runner.LastProgress;

    public void Take(EmbeddingRequest request) => _waiting.Enqueue(request);

    public void Step()
    {
        var started = Stopwatch.GetTimestamp();
        Pack();
        metrics.Observe(_packed.Count, _waiting.Count);
        if (_packed.Count > 0)
        {
            runner.Embed(_batch);
            metrics.PromptTokensEvaluated(_batch.Count);
        }

        for (var i = 0; i < _packed.Count; i++)
        {
            var (request, input) = _packed[i];
            request.Set(input, runner.Vector(i));
            if (input == request.Inputs.Count - 1)
                ended();
        }

        _packed.Clear();
        metrics.Observe(0, _waiting.Count);
        metrics.Step(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    public void EndEverything(string error, bool runnerFailed)
    {
        foreach (var (request, _) in _packed)
            request.Fail(error);
        while (_waiting.TryDequeue(out var request))
            request.Fail(error);
        metrics.Observe(0, 0);
    }

    public void Dispose() => runner.Dispose();

    private void Pack()
    {
        _batch.Clear();
        while (_packed.Count < runner.Capacity.Inputs && _waiting.TryPeek(out var request))
        {
            if (request.HasEnded)
            {
                _waiting.Dequeue();
                ended();
                continue;
            }

            var tokens = request.Inputs[request.Taken];
            if (_packed.Count > 0 && _batch.Count + tokens.Length > runner.Capacity.BatchTokens)
                return;
            for (var position = 0; position < tokens.Length; position++)
                _batch.Add(tokens[position], position, _packed.Count, wantsLogits: true);
            _packed.Add((request, request.Taken++));

            _waiting.Dequeue();
            if (request.Taken < request.Inputs.Count)
                _waiting.Enqueue(request);
        }
    }
}
