using System.Diagnostics;
using Vibee.Engine;

namespace Vibee.Bench.Engines;

/// <summary>
/// Evaluates random tokens and takes the time. Owns the runner's thread for as long as <see cref="Run"/> lasts. Tests
/// take turns, repeat after repeat, so that a minute in which the machine was slow is not one test's alone.
/// </summary>
internal sealed class EngineTest(IModelRunner runner, EngineSettings settings, int prompt, CancellationToken cancellation)
{
    // Enough for the runtime to compile the engine's loops, for good if they are long.
    private const int WarmUpSteps = 8;

    private readonly Batch _batch = new(runner.Capacity.BatchTokens);
    private readonly Random _random = new(1);
    private double _done;

    /// <summary>Returns early, with what there is, when cancelled.</summary>
    public IReadOnlyList<EngineTiming> Run(Action<float> onProgress)
    {
        var tests = new List<EngineTiming> { new(EngineWork.Prefill, 1, prompt, Math.Min(prompt, _batch.Capacity)) };
        tests.AddRange(settings.Batches.Select(sequences => new EngineTiming(EngineWork.Decode, sequences, settings.Generate * sequences, sequences)));

        double steps = tests.Sum(Steps) * settings.Repeats + (settings.Depth + _batch.Capacity - 1) / _batch.Capacity;
        void Step() => onProgress((float)(++_done / steps));
        Deepen(Step);
        foreach (var test in tests)
            Measure(test, Math.Min(Steps(test), WarmUpSteps), () => { });
        for (var repeat = 0; repeat < settings.Repeats; repeat++)
        {
            foreach (var test in tests)
            {
                if (Measure(test, Steps(test), Step) is { } seconds)
                    test.Seconds.Add(seconds);
            }
        }

        return tests;
    }

    /// <summary>Puts into every slot what is there before the measurements.</summary>
    private void Deepen(Action onStep)
    {
        for (var first = 0; first < settings.Depth && !cancellation.IsCancellationRequested; first += _batch.Capacity)
        {
            _batch.Clear();
            for (var position = first; position < Math.Min(settings.Depth, first + _batch.Capacity); position++)
                _batch.Add(Token(), position, 0, wantsLogits: false);
            Forward(1);
            onStep();
        }

        if (cancellation.IsCancellationRequested)
            return;
        for (var slot = 1; settings.Depth > 0 && slot < settings.Batches.Max(); slot++)
        {
            if (!runner.Fork(0, slot, settings.Depth))
                throw new RunnerException("This model's sequences cannot share a context; measure it with --depth 0 or --batches 1");
        }
    }

    private void Forward(int sequences)
    {
        if (runner.Forward(_batch) != ForwardResult.Done)
            throw new RunnerException($"The KV cache of {runner.Capacity.KvCells} tokens is too small for {sequences} sequences; choose less with --batches, --generate or --depth");
    }

    private static int Steps(EngineTiming test) => (test.Tokens + test.TokensPerStep - 1) / test.TokensPerStep;

    /// <returns>Seconds, or null when cancelled.</returns>
    private double? Measure(EngineTiming test, int steps, Action onStep)
    {
        var started = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++)
        {
            if (cancellation.IsCancellationRequested)
                return null;
            Fill(test, step);
            Forward(test.Sequences);
            // An engine may evaluate until somebody looks.
            for (var i = 0; i < _batch.Count; i++)
            {
                if (_batch.WantsLogits[i])
                    _ = runner.Logits(i);
            }

            onStep();
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        for (var slot = 0; slot < test.Sequences; slot++)
            runner.Truncate(slot, settings.Depth);
        return seconds;
    }

    private void Fill(EngineTiming test, int step)
    {
        _batch.Clear();
        if (test.Work == EngineWork.Decode)
        {
            for (var slot = 0; slot < test.Sequences; slot++)
                _batch.Add(Token(), settings.Depth + step, slot, wantsLogits: true);
            return;
        }

        var first = step * test.TokensPerStep;
        var end = Math.Min(test.Tokens, first + test.TokensPerStep);
        for (var position = first; position < end; position++)
            _batch.Add(Token(), settings.Depth + position, 0, wantsLogits: position == test.Tokens - 1);
    }

    private int Token() => _random.Next(runner.Tokenizer.VocabularySize);
}
