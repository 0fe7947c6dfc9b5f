using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vibee.Engine.Caching;

namespace Vibee.Engine;

/// <summary>What the engine counts. Names begin with <c>igla_</c>, as in the guide; times are seconds.</summary>
/// <remarks>Threads: written by the engine's thread only, read by whoever exports the meter.</remarks>
public sealed class EngineMetrics
{
    private static readonly InstrumentAdvice<double> Latencies = new()
    {
        HistogramBucketBoundaries =
            [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _interTokenLatency;
    private readonly Counter<long> _promptTokensEvaluated;
    private readonly Counter<long> _cachedTokens;
    private readonly Counter<long> _cacheHits;
    private readonly Histogram<double> _steps;
    private readonly Counter<long> _draftTokens;
    private readonly Counter<long> _draftTokensAccepted;
    private int _slots;
    private int _kvCells;
    private readonly Counter<long> _preemptions;
    private int _slotsInUse;
    private int _usedCells;
    private long _evictions;
    private int _queueLength;

    public EngineMetrics(Meter meter)
    {
        _meter = meter;
        _timeToFirstToken = meter.CreateHistogram("igla_time_to_first_token_seconds", null,
            "Time from submission to the first token", tags: null, Latencies);
        _interTokenLatency = meter.CreateHistogram("igla_inter_token_latency_seconds", null,
            "Time between two tokens of one sequence", tags: null, Latencies);
        _promptTokensEvaluated = meter.CreateCounter<long>("igla_prompt_tokens_evaluated_total", null,
            "Prompt tokens evaluated, not served from the cache");
        _cachedTokens = meter.CreateCounter<long>("igla_cached_tokens_total", null,
            "Prompt tokens served from the prefix cache");
        _cacheHits = meter.CreateCounter<long>("igla_prefix_cache_hits_total", null,
            "Sequences that began with a prefix from the cache");
        _steps = meter.CreateHistogram("igla_engine_step_seconds", null,
            "Time of one step: evaluating a batch and choosing tokens", tags: null, Latencies);
        _draftTokens = meter.CreateCounter<long>("igla_draft_tokens_total", null,
            "Tokens guessed and evaluated ahead of their being chosen");
        _draftTokensAccepted = meter.CreateCounter<long>("igla_draft_tokens_accepted_total", null,
            "Of these, tokens that were then chosen");
        meter.CreateObservableCounter("igla_prefix_cache_evictions_total", () => Volatile.Read(ref _evictions), null,
            "Cached prefixes forgotten to make room");
        _preemptions = meter.CreateCounter<long>("igla_preemptions_total", null,
            "Sequences that had to wait in mid-answer for room in the KV cache");
        meter.CreateObservableGauge("igla_kv_cells_used", () => KvCellsUsed, null,
            "Positions that the KV cache holds, shared ones counted once");
        meter.CreateObservableGauge("igla_kv_cells", () => Volatile.Read(ref _kvCells), null, "Positions that the KV cache has room for");
        meter.CreateObservableGauge("igla_slots", () => Volatile.Read(ref _slots), null, "Sequences that may run at the same time");
        meter.CreateObservableGauge("igla_slots_in_use", () => SlotsInUse, null, "Slots with a running sequence");
        meter.CreateObservableGauge("igla_queue_length", () => QueueLength, null, "Sequences waiting for a slot");
    }

    public int SlotsInUse => Volatile.Read(ref _slotsInUse);

    public int QueueLength => Volatile.Read(ref _queueLength);

    /// <summary>Positions that the KV cache holds.</summary>
    public int KvCellsUsed => Volatile.Read(ref _usedCells);

    /// <summary>An engine is there, of this size.</summary>
    internal void Sized(int slots, int kvCells)
    {
        Volatile.Write(ref _slots, slots);
        Volatile.Write(ref _kvCells, kvCells);
    }

    internal void Step(double seconds) => _steps.Record(seconds);

    internal void Observe(PrefixCache cache)
    {
        Volatile.Write(ref _usedCells, cache.UsedCells);
        Volatile.Write(ref _evictions, cache.Evictions);
    }

    /// <summary>Shows what a runner holds, if it keeps count; called once.</summary>
    public void Watch(IModelRunner runner)
    {
        if (runner.MemoryUse is null)
            return;
        Gauge("igla_weights_bytes", "Bytes of the model's weights, mapped", memory => memory.WeightBytes);
        Gauge("igla_kv_cache_bytes", "Bytes of the KV cache", memory => memory.KvBytes);
        Gauge("igla_scratch_bytes", "Bytes of buffers and logits", memory => memory.ScratchBytes);
        Gauge("igla_kv_blocks", "Blocks of the KV cache", memory => memory.KvBlocks);
        Gauge("igla_kv_blocks_used", "Blocks of the KV cache that hold something", memory => memory.KvBlocksUsed);

        void Gauge(string name, string description, Func<RunnerMemory, long> value) =>
            _meter.CreateObservableGauge(name, () => runner.MemoryUse is { } memory ? value(memory) : 0, null, description);
    }

    internal void Observe(int running, int waiting)
    {
        Volatile.Write(ref _slotsInUse, running);
        Volatile.Write(ref _queueLength, waiting);
    }

    internal void SequenceStarted(int cachedTokens)
    {
        _cachedTokens.Add(cachedTokens);
        _cacheHits.Add(cachedTokens > 0 ? 1 : 0);
    }

    internal void SequencePreempted() => _preemptions.Add(1);

    internal void Drafted(int tokens, int accepted)
    {
        _draftTokens.Add(tokens);
        _draftTokensAccepted.Add(accepted);
    }

    internal void PromptTokensEvaluated(int count) => _promptTokensEvaluated.Add(count);

    internal void TokenGenerated(ref SequenceTimes times)
    {
        var now = Stopwatch.GetTimestamp();
        if (times.LastToken == 0)
            _timeToFirstToken.Record(Stopwatch.GetElapsedTime(times.Submitted, now).TotalSeconds);
        else
            _interTokenLatency.Record(Stopwatch.GetElapsedTime(times.LastToken, now).TotalSeconds);
        times.LastToken = now;
    }
}
