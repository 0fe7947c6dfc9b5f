using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Grammar;
using Vibee.Engine.Sampling;
using Vibee.Trinity;

namespace Vibee.Clients.Tests;

/// <summary>Models that were never taught any JSON Schema write what schemas ask for, and a validator that knows nothing
/// of this project says whether they did.</summary>
public partial class GeneratedJsonTests(NodeClients node) : IClassFixture<NodeClients>
{
    private const int Seeds = 3;
    private const int MostSchemas = 200;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("stories260K.gguf", 80)]
    [InlineData("igla-tiny.gguf", 60)]
    public async Task Generate_ManySchemasAtTemperature1_EveryFinishedTextValidates(string model, int maxTokens)
    {
        var schemas = Schemas();
        var texts = await GenerateAsync(model, maxTokens, schemas);
        // The validator's numbers are doubles, which cannot tell what longer ones are divisible by.
        var finished = texts.Where(text => text.IsFinished && !LongNumber().IsMatch(text.Text)).ToArray();
        Assert.True(finished.Length > schemas.Count, $"Only {finished.Length} of {texts.Count} texts were finished.");

        var lines = finished.Select(text => new JsonObject { ["schema"] = JsonNode.Parse(text.Schema), ["text"] = text.Text }.ToJsonString());
        var verdicts = (await node.PipeAsync("validate.mjs", lines)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(finished.Length, verdicts.Length);
        Assert.True(verdicts.Count(verdict => verdict == "true") > schemas.Count);
        var broken = string.Join('\n', finished.Where((_, index) => verdicts[index] == "false").Select(text => $"{text.Schema}: {text.Text}"));
        Assert.True(broken.Length == 0, broken);
    }

    private static async Task<List<(string Schema, string Text, bool IsFinished)>> GenerateAsync(string model, int maxTokens, List<string> schemas)
    {
        using var meter = new Meter("test");
        var runner = TrinityRunner.Load(new TrinityOptions
        {
            Path = Checkout.Model(model), ContextLength = 256, Slots = 8, BatchTokens = 64, KvCells = 2048, Threads = 1,
        });
        await using var engine = new InferenceEngine(runner, new EngineOptions { MaxQueue = 10_000 }, new EngineMetrics(meter), NullLogger<InferenceEngine>.Instance);
        var prompt = runner.Tokenizer.Encode("Once upon a time", addSpecial: true, parseSpecial: false);
        var cache = new GrammarCache(runner.Tokenizer);
        // What closes is made likelier: models that know no JSON would fill their strings for ever.
        var closers = Enumerable.Range(0, runner.Tokenizer.VocabularySize).Where(token => runner.Tokenizer.Bytes(token).ContainsAny("\"}]"u8)).ToDictionary(token => token, _ => 5f);
        var running = new List<(string Schema, Sequence Sequence)>();
        foreach (var schema in schemas)
        {
            if (Compile(cache, schema) is not { } grammar)
                continue;
            for (var seed = 0; seed < Seeds; seed++)
            {
                var sampling = new SamplingParams { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = seed, LogitBias = closers };
                var sequence = new Sequence(prompt, maxTokens, sampling, constraint: new TextConstraint(grammar, cache.Vocabulary));
                Assert.Equal(SubmitResult.Accepted, engine.Submit(sequence));
                running.Add((schema, sequence));
            }
        }

        var texts = new List<(string, string, bool)>();
        foreach (var (schema, sequence) in running)
        {
            var bytes = new List<byte>();
            var reason = FinishReason.Failed;
            await foreach (var value in sequence.Events.ReadAllAsync(Cancellation))
            {
                if (value.Kind == GenerationEventKind.Token)
                    bytes.AddRange(runner.Tokenizer.Bytes(value.Token));
                reason = value.Reason;
            }

            Assert.True(reason is FinishReason.Stop or FinishReason.Length, schema);
            texts.Add((schema, Encoding.UTF8.GetString([.. bytes]), reason == FinishReason.Stop));
        }

        return texts;
    }

    // What cannot be ensured is no promise.
    private static CompiledGrammar? Compile(GrammarCache cache, string schema)
    {
        try
        {
            return cache.Get(new GrammarPart.Schema(schema)) is { Unenforced.Count: 0 } grammar ? grammar : null;
        }
        catch (GrammarException)
        {
            return null;
        }
    }

    /// <summary>Published schemas where they are at hand, spread over the whole collection, and some of our own.</summary>
    private static List<string> Schemas()
    {
        List<string> schemas = [.. Own.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        if (Checkout.Shared("golden/maskbench-sample.jsonl") is not { } sample)
            return schemas;
        var lines = File.ReadAllLines(sample);
        var published = lines.Where((_, index) => index % Math.Max(1, lines.Length / MostSchemas) == 0).Select(line =>
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
            return document.RootElement.GetProperty("schema").GetRawText();
        });
        return [.. schemas.Concat(published).Take(MostSchemas)];
    }

    [GeneratedRegex("[0-9]{16}")]
    private static partial Regex LongNumber();

    private const string Own = """
        {"type":"string","format":"date-time"}
        {"type":"string","format":"uuid"}
        {"type":"string","format":"ipv4"}
        {"type":"string","pattern":"^(\\d{3}-)?[a-f]+\"\\\\$","maxLength":12}
        {"type":"number","minimum":-1,"maximum":1}
        {"type":"integer","multipleOf":3,"exclusiveMinimum":-10,"maximum":30}
        {"type":"array","contains":{"const":7},"items":{"type":"integer","minimum":0,"maximum":9},"minItems":1,"maxItems":4}
        {"type":"array","prefixItems":[{"type":"null"},{"enum":["a","b"]}],"items":{"type":"boolean"},"maxItems":4}
        {"oneOf":[{"type":"integer","minimum":0},{"type":"integer","maximum":5}],"minimum":-20,"maximum":20}
        {"not":{"enum":[1,2,"a",null]},"type":["integer","null","boolean"],"maximum":99,"minimum":-9}
        {"type":"object","properties":{"b":{"type":"boolean"},"a":{"type":"integer","minimum":0,"maximum":99}},"required":["a"],"additionalProperties":false}
        {"type":"object","patternProperties":{"^x_":{"type":"null"}},"additionalProperties":{"type":"boolean"},"propertyNames":{"maxLength":4},"maxProperties":2}
        {"type":"object","dependentRequired":{"a":["b"]},"properties":{"a":{"const":1},"b":{"const":2}},"additionalProperties":false}
        {"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["x"]},"else":{"maxProperties":1},"type":"object","properties":{"kind":{"enum":["a","b"]},"x":{"type":"null"}},"required":["kind"],"additionalProperties":false}
        {"$ref":"#/$defs/list","$defs":{"list":{"anyOf":[{"type":"null"},{"type":"object","properties":{"next":{"$ref":"#/$defs/list"}},"required":["next"],"additionalProperties":false}]}}}
        {"allOf":[{"type":"string","minLength":2},{"maxLength":6},{"pattern":"^[a-zé🦙]*$"}]}
        """;
}
