using System.Text;
using Vibee.Engine.Grammar;
using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;
using Vibee.Engine.Text;

namespace Vibee.Engine.Tests;

public class ConstraintTests
{
    private const int End = 256;

    private static readonly int[] Prompt = [1, 2, 3];
    private static readonly ITokenizer Tokenizer = TestEngine.Runner(_ => 0).Tokenizer;
    private static readonly GrammarVocabulary Vocabulary = new(Tokenizer);

    // A model that wants to say x, and nothing else.
    private static ScriptedRunner Stubborn(int slots = 4, int? cells = null) => TestEngine.Runner(_ => 'x', slots, cells: cells);

    [Fact]
    public async Task Generate_ConstrainedAtOnce_FollowsTheGrammarAndStops()
    {
        await using var engine = new TestEngine(Stubborn());

        var (text, events) = await RunAsync(engine, CompiledGrammar.FromRegex("ab[0-9x]{3}cd"), 100);

        Assert.Equal("abxxxcd", text);
        Assert.Equal(FinishReason.Stop, events[^1].Reason);
    }

    [Fact]
    public async Task Generate_ForcedTokens_TakeOneStep()
    {
        var watched = 0;
        await using var engine = new TestEngine(TestEngine.Runner(_ =>
        {
            watched++;
            return 'x';
        }));

        var (text, _) = await RunAsync(engine, CompiledGrammar.FromRegex("abcdefghij[x]?klmnopqrs"), 100);

        Assert.Equal("abcdefghijxklmnopqrs", text);
        Assert.Equal(2, watched);
    }

    [Fact]
    public async Task Generate_LogprobsWanted_SameTextAndThoseOfTheModel()
    {
        await using var engine = new TestEngine(Stubborn());

        var (text, events) = await RunAsync(engine, CompiledGrammar.FromRegex("abc[xy]z"), 100, new SamplingParams { Temperature = 0, TopLogprobs = 1 });

        Assert.Equal("abcxz", text);
        var logprobs = events.Where(value => value.Kind == GenerationEventKind.Token).Select(value => value.Logprobs!).ToArray();
        Assert.All(logprobs, logprob => Assert.Equal('x', logprob.Top[0].Token));
        Assert.True(logprobs[0].Logprob < -50);
        Assert.Equal(0, logprobs[3].Logprob);
    }

    [Fact]
    public async Task Generate_LimitInsideForcedText_EndsThereWithLength()
    {
        await using var engine = new TestEngine(Stubborn());

        var (text, events) = await RunAsync(engine, CompiledGrammar.FromRegex("abcdef"), 4);

        Assert.Equal("abcd", text);
        Assert.Equal(FinishReason.Length, events[^1].Reason);
    }

    [Fact]
    public async Task Generate_LimitAtTheEndOfTheGrammar_IsAStop()
    {
        await using var engine = new TestEngine(Stubborn());

        var (_, events) = await RunAsync(engine, CompiledGrammar.FromRegex("abcd"), 4);

        Assert.Equal(FinishReason.Stop, events[^1].Reason);
    }

    [Fact]
    public async Task Generate_EndTokenWanted_OnlyWhereTheGrammarCanEnd()
    {
        await using var engine = new TestEngine(TestEngine.Runner(_ => End));

        var (text, events) = await RunAsync(engine, CompiledGrammar.FromRegex("[ab]{2,5}"), 100);

        Assert.Equal(2, text.Length);
        Assert.Equal(FinishReason.Stop, events[^1].Reason);
    }

    [Fact]
    public async Task Generate_EndIgnored_GoesOnAsLongAsTheGrammarDoes()
    {
        await using var engine = new TestEngine(TestEngine.Runner(_ => End));

        var (text, events) = await RunAsync(engine, CompiledGrammar.FromRegex("[ab]{2,5}"), 100, new SamplingParams { IgnoreEnd = true });

        Assert.Equal(5, text.Length);
        Assert.Equal(FinishReason.Stop, events[^1].Reason);
    }

    [Fact]
    public async Task Generate_AllThatIsAllowedIsBanned_StaysInTheGrammar()
    {
        await using var engine = new TestEngine(Stubborn());
        var bias = new Dictionary<int, float> { ['a'] = -100, ['b'] = -100 };

        var (text, _) = await RunAsync(engine, CompiledGrammar.FromRegex("[ab]{6}"), 100, new SamplingParams { Temperature = 2, LogitBias = bias, Seed = 1 });

        Assert.Matches("^[ab]{6}$", text);
    }

    [Fact]
    public async Task Generate_Preempted_GoesOnInTheGrammar()
    {
        await using var engine = new TestEngine(Stubborn(slots: 3, cells: 60));
        var grammar = CompiledGrammar.FromRegex("([a-w]{3}xyz[x-z]{4}){4}");

        var texts = await Task.WhenAll(Enumerable.Range(0, 3).Select(async index =>
            (await RunAsync(engine, grammar, 100, new SamplingParams { Temperature = 0 }, [.. Prompt, index])).Text));

        Assert.All(texts, text => Assert.Equal(string.Concat(Enumerable.Repeat("aaaxyzxxxx", 4)), text));
    }

    [Fact]
    public async Task Generate_Trigger_ConstrainsWhatFollows()
    {
        var script = "say <call>xxxx"u8.ToArray();
        await using var engine = new TestEngine(TestEngine.Runner(tokens => script[Math.Min(tokens.Length - 3, script.Length - 1)]));
        var constraint = new TextConstraint(CompiledGrammar.FromRegex("[a-x]{2}!"), Vocabulary) { Triggers = ["<other>", "<call>"] };

        var (text, events) = await RunAsync(engine, constraint, 100);

        Assert.Equal("say <call>xx!", text);
        Assert.Equal(FinishReason.Stop, events[^1].Reason);
    }

    [Fact]
    public async Task Generate_TriggerInReasoning_DoesNotCount()
    {
        var script = "<think><call>y</think>\n<call>yyyy"u8.ToArray();
        await using var engine = new TestEngine(TestEngine.Runner(tokens => script[Math.Min(tokens.Length - 3, script.Length - 1)]));
        var constraint = new TextConstraint(CompiledGrammar.FromRegex("12"), Vocabulary) { Triggers = ["<call>"], Reasoning = () => new ReasoningSplitter("Hi") };

        var (text, _) = await RunAsync(engine, constraint, 100);

        Assert.Equal("<think><call>y</think>\n<call>12", text);
    }

    [Fact]
    public async Task Generate_ConstraintThatCannotBeFollowed_FailsAlone()
    {
        await using var engine = new TestEngine(Stubborn());
        var broken = new TextConstraint(CompiledGrammar.FromRegex("12"), Vocabulary) { Triggers = ["x"], Reasoning = () => throw new InvalidOperationException() };

        var (_, failed) = await RunAsync(engine, broken, 100);
        var (text, _) = await RunAsync(engine, CompiledGrammar.FromRegex("12"), 100);

        Assert.Equal(FinishReason.Failed, Assert.Single(failed).Reason);
        Assert.Equal("12", text);
    }

    /// <summary>What ended there would not be what was promised.</summary>
    [Fact]
    public async Task Generate_NoTokenLeadsOn_FailsInsteadOfEndingEarly()
    {
        await using var engine = new TestEngine(Stubborn());
        var constraint = new TextConstraint(CompiledGrammar.FromRegex("1[23]b"), new GrammarVocabulary(new TokenizerWithoutB()));

        var (_, events) = await RunAsync(engine, constraint, 100);

        Assert.Equal(FinishReason.Failed, events[^1].Reason);
        Assert.Contains("cannot go on", events[^1].Error);
    }

    private static Task<(string Text, List<GenerationEvent> Events)> RunAsync(
        TestEngine engine, CompiledGrammar grammar, int maxTokens, SamplingParams? sampling = null, int[]? prompt = null) =>
        RunAsync(engine, new TextConstraint(grammar, Vocabulary), maxTokens, sampling, prompt);

    private static async Task<(string Text, List<GenerationEvent> Events)> RunAsync(
        TestEngine engine, TextConstraint constraint, int maxTokens, SamplingParams? sampling = null, int[]? prompt = null)
    {
        var sequence = new Sequence(prompt ?? Prompt, maxTokens, sampling ?? new SamplingParams { Temperature = 0 }, constraint: constraint);
        Assert.Equal(SubmitResult.Accepted, engine.Engine.Submit(sequence));
        var events = await TestEngine.ReadAsync(sequence);
        return (Encoding.UTF8.GetString([.. TestEngine.Tokens(events).SelectMany(token => Tokenizer.Bytes(token).ToArray())]), events);
    }

    private sealed class TokenizerWithoutB : ITokenizer
    {
        public int VocabularySize => Tokenizer.VocabularySize;

        public int? BeginToken => Tokenizer.BeginToken;

        public int? EndToken => Tokenizer.EndToken;

        public IReadOnlySet<int> EndOfGenerationTokens => Tokenizer.EndOfGenerationTokens;

        public int[] Encode(string text, bool addSpecial, bool parseSpecial) =>
            [.. Tokenizer.Encode(text, addSpecial, parseSpecial).Where(token => token != 'b')];

        public ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false) => token == 'b' ? default : Tokenizer.Bytes(token, renderSpecial);
    }
}
