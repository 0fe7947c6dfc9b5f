using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Bench.Accuracy;
using Vibee.LlamaCpp;

namespace Vibee.Tests.Accuracy;

/// <summary>Trinity against llama.cpp on the same file, where no published small model has the shape: the ways to stretch
/// positions, sliding windows, BitNet. Prompts are longer than windows and original contexts.</summary>
public sealed class ReferenceTests : IDisposable
{
    private const int Context = 384;
    private const double Tolerance = 1e-3;

    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Llama_Plain_IsTheReferences() => AssertEqual(Llama().Llama());

    [Fact]
    public void Rope_Linear_IsTheReferences() =>
        AssertEqual(Llama().Add("rope.scaling.type", "linear").Add("rope.scaling.factor", 4f).Llama(), unlike: Llama().Llama());

    [Fact]
    public void Rope_LinearByTheOldKey_IsTheReferences() =>
        AssertEqual(Llama().Add("rope.scale_linear", 2f).Llama(), unlike: Llama().Llama());

    [Fact]
    public void Rope_NoneWithAFactor_IsTheReferences() =>
        AssertEqual(Llama().Add("rope.scaling.type", "none").Add("rope.scaling.factor", 4f).Llama());

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    [InlineData(1)]
    [InlineData(0.5f)]
    public void Rope_Yarn_IsTheReferences(float factor) => AssertEqual(Yarn("llama", factor).Llama(), unlike: factor == 1 ? null : Llama().Llama());

    [Fact]
    public void Rope_YarnWithAttentionFactor_IsTheReferences() =>
        AssertEqual(Yarn("llama", 4).Add("rope.scaling.attn_factor", 0.8f).Llama(), unlike: Yarn("llama", 4).Llama());

    /// <summary>The reference reads these of two other architectures only, and so they have no say here either.</summary>
    [Theory]
    [InlineData("yarn_ext_factor", 0.5f)]
    [InlineData("yarn_attn_factor", 0.7f)]
    [InlineData("yarn_beta_fast", 8f)]
    [InlineData("yarn_beta_slow", 4f)]
    [InlineData("yarn_log_multiplier", 0.1f)]
    public void Rope_YarnKeysOfOtherArchitectures_HaveNoSayInEither(string key, float value)
    {
        var with = Yarn("llama", 4).Add($"rope.scaling.{key}", value).Llama();
        AssertEqual(with);
        Assert.Equal(Trinity(Write(Yarn("llama", 4).Llama())).Rows, Trinity(Write(with)).Rows);
    }

    [Fact]
    public void Rope_YarnInHalves_IsTheReferences() => AssertEqual(Yarn("qwen2", 8).Llama(biases: true));

    [Fact]
    public void Rope_Llama3Factors_IsTheReferences() => AssertEqual(
        Llama().Add("rope.freq_base", 500_000f).Numbers("rope_freqs.weight", 1, 1, 1, 1.5f, 2.5f, 5, 8, 8).Llama(),
        unlike: Llama().Add("rope.freq_base", 500_000f).Llama());

    [Theory]
    [InlineData(256)] // up to the original context: short factors
    [InlineData(512)] // beyond: long ones
    public void Rope_LongRope_IsTheReferences(int context) => AssertEqual(LongRope(), context, length: Math.Min(context, Context));

    [Fact]
    public void Rope_LongRope_ContextsDiffer()
    {
        var path = Write(LongRope());
        Assert.True(Trinity(path, 512, 200).DistanceTo(Trinity(path, 256, 200)) > 0.01);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void Window_OfGemma3_IsTheReferences(uint pattern)
    {
        var model = Gemma3(window: 7);
        if (pattern > 0)
            model.Add("attention.sliding_window_pattern", pattern);
        AssertEqual(model, unlike: Gemma3(window: 0));
    }

    [Fact]
    public void Window_OfNamedLayers_IsTheReferences() => AssertEqual(
        Gemma3(window: 40).Add("attention.sliding_window_pattern", [false, true, true]), unlike: Gemma3(window: 0));

    [Fact]
    public void Window_WithLocalBaseAndStretchedOtherLayers_IsTheReferences() => AssertEqual(
        Gemma3(window: 7).Add("attention.sliding_window_pattern", 2u).Add("rope.freq_base", 1_000_000f).Add("rope.freq_base_swa", 5_000f)
            .Add("rope.scaling.type", "linear").Add("rope.scaling.factor", 8f));

    /// <summary>The reference does not read a window of this architecture. But positions turn by distances, so what the last
    /// token of one layer sees through a window is what it sees of a text that begins where the window does.</summary>
    [Fact]
    public void Window_OfLlama_IsTheReferenceOfTheLastTokensAlone()
    {
        Skip();
        const int Window = 9;
        var prompt = Prompt(60);
        var path = Write(new RandomModel("llama", layers: 1).Add("attention.sliding_window", Window).Llama().Output());
        using var trinity = AccuracyBench.LoadTrinity(path, Context, threads: 1);
        using var llama = AccuracyBench.LoadLlama(path, Context, 1, NullLogger.Instance);
        var last = Logits.Of(trinity, [prompt]).Rows[^1];
        var alone = Logits.Of(llama, [prompt[^Window..]]).Rows[^1];
        Assert.InRange(new Logits([last]).DistanceTo(new Logits([alone])), 0, Tolerance);
        Assert.True(new Logits([last]).DistanceTo(new Logits([Logits.Of(llama, [prompt[^(Window + 1)..]]).Rows[^1]])) > 0.01);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BitNet_B158_IsTheReferences(bool scales) => AssertEqual(new RandomModel("bitnet").Llama().EachLayer((model, layer) =>
    {
        model.Vector($"{layer}attn_sub_norm.weight", RandomModel.Width, 1).Vector($"{layer}ffn_sub_norm.weight", RandomModel.Inner, 1);
        if (!scales)
            return;
        foreach (var part in new[] { "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down" })
            model.Numbers($"{layer}{part}.scale", 0.7f + part.Length / 20f);
    }));

    private static RandomModel Llama() => new RandomModel("llama").Output();

    private static RandomModel Yarn(string architecture, float factor) => new RandomModel(architecture).Output()
        .Add("rope.scaling.type", "yarn").Add("rope.scaling.factor", factor).Add("rope.scaling.original_context_length", 64u);

    private static RandomModel LongRope() => new RandomModel("phi3").Output()
        .Add("rope.scaling.type", "longrope").Add("rope.scaling.attn_factor", 1.19f).Add("rope.scaling.original_context_length", 256u)
        .Numbers("rope_factors_short.weight", 1, 1.05f, 1.1f, 1.2f, 1.3f, 1.5f, 1.8f, 2)
        .Numbers("rope_factors_long.weight", 1, 1.5f, 3, 6, 12, 24, 32, 48).Llama(fused: true);

    private static RandomModel Gemma3(uint window) => new RandomModel("gemma3", layers: 3).Add("attention.sliding_window", window)
        .Add("attention.key_length", (uint)RandomModel.HeadLength).Add("attention.value_length", (uint)RandomModel.HeadLength)
        .Llama().EachLayer((model, layer) => model.Norm($"{layer}post_attention_norm").Norm($"{layer}post_ffw_norm")
            .Vector($"{layer}attn_q_norm.weight", RandomModel.HeadLength, 2).Vector($"{layer}attn_k_norm.weight", RandomModel.HeadLength, 2));

    private void AssertEqual(RandomModel model, int context = Context, int length = 150, RandomModel? unlike = null)
    {
        Skip();
        var path = Write(model);
        var trinity = Trinity(path, context, length);
        using (var runner = AccuracyBench.LoadLlama(path, context, threads: 1, NullLogger.Instance))
            Assert.InRange(trinity.DistanceTo(Logits.Of(runner, [Prompt(length)])), 0, Tolerance);
        // Else the test would show nothing.
        if (unlike is not null)
            Assert.True(trinity.DistanceTo(Trinity(Write(unlike), context, length)) > 0.01);
    }

    private static Logits Trinity(string path, int context = Context, int length = 150)
    {
        using var runner = AccuracyBench.LoadTrinity(path, context, threads: 1);
        return Logits.Of(runner, [Prompt(length)]);
    }

    private string Write(RandomModel model) => model.WriteTo(Path.Combine(_directory, $"{Guid.NewGuid():n}.gguf"));

    private static int[] Prompt(int length) => [.. Enumerable.Range(0, length).Select(i => 3 + i * 7919 % (RandomModel.Vocabulary - 3))];

    private static void Skip()
    {
        if (!LlamaLoader.IsPresent(null))
            Assert.Skip("llama.cpp was not fetched by the build.");
    }
}
