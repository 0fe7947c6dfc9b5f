using System.Diagnostics;
using Vibee.Trinity.Tokenizers.PreTokenizers;

namespace Vibee.Trinity.Tests.Tokenizers;

/// <summary>
/// A megabyte made to be slow. Each takes a second or two on one core; quadratic work would take hours, so the bound
/// leaves a busy machine all the room it needs.
/// </summary>
public class HostileTextTests
{
    private const int Length = 1 << 20;
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var text in new[] { "a", " ", "\u0301", "\n", "<", "7", "語", "ab", "<|im_start|>", "\u3000" })
        {
            cases.Add("igla-tiny", text);
            cases.Add("stories260K", text);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encode_AMegabyteOfOneThing_IsDoneInTime(string model, string repeated) =>
        AssertInTime(() => LoadedTokenizers.Load(Files.Model($"{model}.gguf")).Encode(Repeat(repeated), true, true));

    [Theory]
    [InlineData("bert-bge")]
    [InlineData("deepseek-llm")]
    [InlineData("falcon")]
    [InlineData("gpt-2")]
    [InlineData("llama-bpe")]
    [InlineData("llama-spm")]
    [InlineData("mpt")]
    [InlineData("starcoder")]
    public void Encode_AQuarterMegabyteInLargeVocabularies_IsDoneInTime(string name)
    {
        var tokenizer = LoadedTokenizers.Vocabulary(name);
        foreach (var text in new[] { "a", " ", "\u0301" })
            AssertInTime(() => tokenizer.Encode(Repeat(text)[..(Length / 4)], true, true));
        AssertInTime(() => tokenizer.Encode(new string(' ', Length / 4) + "a", true, true));
    }

    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("tekken")]
    [InlineData("deepseek-v3")]
    [InlineData("qwen35")]
    public void Split_AMegabyteOfOneThing_IsDoneInTime(string name)
    {
        var preTokenizer = PreTokenizerCatalog.Find(name)!;
        foreach (var text in new[] { "a", "A", "Aa", "語A", "\u0301", "\u0301A", " ", "\n", "'", "7", "/", "\u3000 " })
            AssertInTime(() => [.. preTokenizer.Split(System.Text.Encoding.UTF8.GetBytes(Repeat(text)))]);
    }

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, Length / text.Length));

    private static void AssertInTime(Func<int[]> encode)
    {
        var watch = Stopwatch.StartNew();
        encode();
        Assert.True(watch.Elapsed < s_bound, $"took {watch.Elapsed}");
    }
}
