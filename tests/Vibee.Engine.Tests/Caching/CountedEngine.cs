using Vibee.Engine.Caching;

namespace Vibee.Engine.Tests.Caching;

/// <summary>An engine whose runner counts the tokens it evaluates, and can be held at its first step.</summary>
internal sealed class CountedEngine : IAsyncDisposable
{
    private readonly Gate _gate = new();
    private readonly TestEngine _test;

    public CountedEngine(int parallel = 8, int cells = 4096, bool hold = false, PrefixStore? store = null)
    {
        var runner = TestEngine.Runner(TestEngine.Hash, slots: parallel + 16, batch: 64, context: 1024, cells: cells);
        _test = new TestEngine(
            new WatchedRunner(runner, onForward: batch =>
            {
                if (hold)
                    _gate.Pass();
                Evaluated += batch.Count;
            }),
            parallel: parallel, store: store);
    }

    public InferenceEngine Engine => _test.Engine;

    /// <summary>Tokens of all batches. Settled when the sequences that were awaited were all there are.</summary>
    public int Evaluated { get; private set; }

    public async Task<Run> RunAsync(int[] prompt, int maxTokens)
    {
        var events = await TestEngine.ReadAsync(_test.Submit(prompt, maxTokens));
        Assert.Equal(FinishReason.Length, events[^1].Reason);
        return new Run(events[0].CachedTokens, TestEngine.Tokens(events));
    }

    public void WaitUntilHeld() => _gate.WaitUntilHeld();

    public void Open() => _gate.Open();

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return _test.DisposeAsync();
    }

    public sealed record Run(int CachedTokens, int[] Tokens);
}
