using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine.Caching;
using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine.Tests;

/// <summary>A real engine over a scripted runner, and the few things tests ask of it.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly Meter _meter = new("test");

    public TestEngine(IModelRunner runner, int maxQueue = 1000, int? parallel = null, PrefixStore? store = null, bool speculates = false)
    {
        Metrics = new EngineMetrics(_meter);
        Engine = new InferenceEngine(runner, new EngineOptions { Parallel = parallel, Store = store, MaxQueue = maxQueue, Speculation = speculates ? SpeculationKind.Ngram : SpeculationKind.None, Clock = speculates ? new TickingClock() : TimeProvider.System }, Metrics, NullLogger<InferenceEngine>.Instance);
    }

    public InferenceEngine Engine { get; }

    public EngineMetrics Metrics { get; }

    public static ScriptedRunner Runner(ScriptedNext next, int slots = 4, int batch = 64, int context = 256, int? cells = null, int? logits = null)
    {
        var model = new ModelInfo { Architecture = "scripted", TrainedContextLength = context, EmbeddingLength = 0 };
        var tokenizer = new WordTokenizer([], ["<end>"]);
        return new ScriptedRunner(model, tokenizer, new RunnerCapacity(slots, batch, context, cells ?? slots * context) { BatchLogits = logits ?? Math.Min(slots, batch) }, next);
    }

    /// <summary>A model whose next byte depends on every token so far, so that a lost, repeated or foreign token
    /// changes the whole continuation.</summary>
    public static int Hash(ReadOnlySpan<int> tokens)
    {
        var hash = 17u;
        foreach (var token in tokens)
            hash = (hash ^ (uint)token) * 16777619;
        return (int)(hash >> 16) & 0xFF;
    }

    /// <summary>What <see cref="Hash"/> says after a prompt.</summary>
    public static int[] Expected(ReadOnlySpan<int> prompt, int count) => Expected(prompt, count, Hash);

    public static int[] Expected(ReadOnlySpan<int> prompt, int count, ScriptedNext next)
    {
        var tokens = new List<int>(prompt.ToArray());
        for (var i = 0; i < count; i++)
            tokens.Add(next(tokens.ToArray()));
        return [.. tokens.Skip(prompt.Length)];
    }

    public Sequence Submit(ReadOnlySpan<int> prompt, int maxTokens, SamplingParams? sampling = null)
    {
        var sequence = new Sequence(prompt, maxTokens, sampling ?? SamplingParams.Default);
        Assert.Equal(SubmitResult.Accepted, Engine.Submit(sequence));
        return sequence;
    }

    /// <summary>All events of a sequence, the terminal one last.</summary>
    public static async Task<List<GenerationEvent>> ReadAsync(Sequence sequence)
    {
        var events = new List<GenerationEvent>();
        await foreach (var value in sequence.Events.ReadAllAsync(TestContext.Current.CancellationToken))
            events.Add(value);
        Assert.Equal(GenerationEventKind.Finished, events[^1].Kind);
        Assert.Single(events, value => value.Kind == GenerationEventKind.Finished);
        return events;
    }

    public static int[] Tokens(IEnumerable<GenerationEvent> events) =>
        [.. events.Where(value => value.Kind == GenerationEventKind.Token).Select(value => value.Token)];

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _meter.Dispose();
    }
}
