using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Grammar;
using Vibee.Engine.Sampling;
using Vibee.Engine.Speculation;
using Vibee.Engine.Tests;

namespace Vibee.Trinity.Tests;

/// <summary>With drafts a model says what it says without, to the last bit.</summary>
public sealed class SpeculationTests
{
    [Theory]
    [InlineData("igla-tiny.gguf", 3)]
    [InlineData("stories260K.gguf", 2)]
    public async Task Generate_ManyAtOnce_SameTokensAndProbabilities(string model, int threads)
    {
        var (expected, none) = await RunAsync(model, threads, SpeculationKind.None);
        var (actual, accepted) = await RunAsync(model, threads, SpeculationKind.Ngram);

        Assert.Equal(0, none);
        Assert.True(accepted > 50, $"Only {accepted} drafted tokens were accepted.");
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], actual[i]);
    }

    private static async Task<(List<string> Texts, long Accepted)> RunAsync(string model, int threads, SpeculationKind speculation)
    {
        var runner = TrinityRunner.Load(new TrinityOptions
        {
            Path = Files.Model(model), ContextLength = 160, Slots = 4, PrefixSlots = 8, KvCells = 1024, BatchTokens = 64, Threads = threads,
        });
        using var meter = new Meter("speculation");
        var accepted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == meter && instrument.Name == "igla_draft_tokens_accepted_total")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => accepted += value);
        listener.Start();
        await using var engine = new InferenceEngine(
            runner, new EngineOptions { Parallel = 4, Speculation = speculation, Clock = new TickingClock() }, new EngineMetrics(meter), NullLogger<InferenceEngine>.Instance);
        // Some in company, some alone.
        var sequences = Requests(runner.Tokenizer).ToList();
        var texts = new List<string>();
        foreach (var together in sequences.Chunk(7))
        {
            Assert.All(together, sequence => Assert.Equal(SubmitResult.Accepted, engine.Submit(sequence)));
            foreach (var sequence in together)
                texts.Add(await ReadAsync(sequence));
        }

        return (texts, Interlocked.Read(ref accepted));
    }

    private static async Task<string> ReadAsync(Sequence sequence)
    {
        var said = new List<string>();
        await foreach (var value in sequence.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (value.Kind != GenerationEventKind.Started)
                said.Add($"{value.Token}{value.Reason}{value.Error} {value.Logprobs?.Logprob:R} {string.Join(' ', value.Logprobs?.Top ?? [])}");
        }

        return string.Join('\n', said);
    }

    private static IEnumerable<Sequence> Requests(ITokenizer tokenizer)
    {
        var vocabulary = new GrammarVocabulary(tokenizer);
        var list = new TextConstraint(CompiledGrammar.FromRegex("(one cat, |two dogs, |\\d+ birds, ){3,20}end"), vocabulary);
        string[] prompts =
        [
            "Once upon a time there was a cat. The cat was red. Once upon a time there was a dog. The dog was",
            "What is 7 + 5? What is 7 + 5? What is 7 + 5?",
            "a",
        ];
        for (var i = 0; i < prompts.Length; i++)
        {
            var prompt = tokenizer.Encode(prompts[i], addSpecial: true, parseSpecial: true);
            SamplingParams[] ways =
            [
                new() { Temperature = 0 },
                new() { Temperature = 0, IgnoreEnd = true, TopLogprobs = 3 },
                new() { Temperature = 0.7f, Seed = i, IgnoreEnd = true },
                new() { Temperature = 2f, Seed = i, IgnoreEnd = true, TopK = 0, TopP = 1, MinP = 0 },
                new() { Temperature = 0, IgnoreEnd = true, RepeatPenalty = 1.1f, FrequencyPenalty = 0.1f },
            ];
            foreach (var way in ways)
                yield return new Sequence(prompt, 80, way);
            yield return new Sequence(prompt, 80, ways[0], constraint: list);
            yield return new Sequence(prompt, 80, ways[2], constraint: list);
            yield return new Sequence(prompt, 30, ways[1], promptLogprobs: 2);
            yield return new Sequence(prompt, 60, ways[1]) { Prediction = prompt };
        }
    }
}
