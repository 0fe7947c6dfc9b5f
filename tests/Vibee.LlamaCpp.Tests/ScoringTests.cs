using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Sampling;

namespace Vibee.LlamaCpp.Tests;

public sealed class ScoringTests
{
    [Fact]
    public async Task Submit_WhatWasGenerated_ScoresAsItDidWhenItWasGenerated()
    {
        var runner = Generation.Load(Repository.Model("stories260K.gguf"), batchTokens: 16);
        await using var engine = new InferenceEngine(runner, new EngineOptions(), new EngineMetrics(new Meter("test")), NullLogger<InferenceEngine>.Instance);
        var prompt = engine.Tokenizer.Encode("Once upon a time", addSpecial: true, parseSpecial: false);
        var sampling = new SamplingParams { Temperature = 1, Seed = 3, TopLogprobs = 3 };
        var generated = await ReadAsync(engine, new Sequence(prompt, 40, sampling), GenerationEventKind.Token);

        int[] whole = [.. prompt, .. generated.Select(token => token.Token)];
        var scored = await ReadAsync(engine, new Sequence(whole, 0, sampling, promptLogprobs: 3), GenerationEventKind.PromptToken);

        Assert.Equal(whole, scored.Select(token => token.Token));
        Assert.Null(scored[0].Logprobs);
        foreach (var (said, read) in generated.Zip(scored.Skip(prompt.Length)))
        {
            Assert.Equal(said.Logprobs!.Logprob, read.Logprobs!.Logprob, 0.01);
            Assert.Equal(said.Logprobs.Top[0].Logprob, read.Logprobs.Top[0].Logprob, 0.01);
        }

        Assert.Equal(generated.Sum(token => token.Logprobs!.Logprob), scored.Skip(prompt.Length).Sum(token => token.Logprobs!.Logprob), 0.05);
    }

    private static async Task<List<GenerationEvent>> ReadAsync(InferenceEngine engine, Sequence sequence, GenerationEventKind kind)
    {
        engine.Submit(sequence);
        var events = new List<GenerationEvent>();
        await foreach (var next in sequence.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (next.Kind == kind)
                events.Add(next);
        }

        return events;
    }
}
