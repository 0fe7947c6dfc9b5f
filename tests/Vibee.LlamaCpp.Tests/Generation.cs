using System.Numerics.Tensors;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;

namespace Vibee.LlamaCpp.Tests;

/// <summary>What every test does with a runner: load one, evaluate a prompt, choose the most likely tokens.</summary>
internal static class Generation
{
    public static LlamaRunner Load(string path, int contextLength = 256, int slots = 4, int batchTokens = 64) => Load(new LlamaOptions
    {
        ModelPath = path,
        ContextLength = contextLength,
        Slots = slots,
        BatchTokens = batchTokens,
        Threads = 1, // tests run side by side, and threads of one model spin while they wait for each other
    });

    public static LlamaRunner Load(LlamaOptions options)
    {
        RequireLibrary();
        return LlamaLoader.Load(options, NullLogger.Instance);
    }

    /// <summary>Skips where the build could not fetch llama.cpp.</summary>
    public static void RequireLibrary()
    {
        if (!Directory.Exists(LlamaLibrary.DefaultDirectory))
            Assert.Skip("llama.cpp was not fetched by the build");
    }

    /// <summary>Evaluates tokens from a position on.</summary>
    /// <returns>The most likely next token.</returns>
    public static int Evaluate(this LlamaRunner runner, ReadOnlySpan<int> tokens, int position = 0, int slot = 0)
    {
        var index = 0;
        while (tokens.Length > 0)
        {
            var batch = new Batch(runner.Capacity.BatchTokens);
            var count = Math.Min(tokens.Length, batch.Capacity);
            for (var i = 0; i < count; i++)
                index = batch.Add(tokens[i], position++, slot, wantsLogits: i == tokens.Length - 1);
            Assert.Equal(ForwardResult.Done, runner.Forward(batch));
            tokens = tokens[count..];
        }

        return TensorPrimitives.IndexOfMax<float>(runner.Logits(index));
    }

    public static List<int> Continue(this LlamaRunner runner, int token, int position, int count, int slot = 0)
    {
        var tokens = new List<int>();
        while (tokens.Count < count)
        {
            tokens.Add(token);
            if (runner.Tokenizer.EndOfGenerationTokens.Contains(token))
                break;
            token = runner.Evaluate([token], position++, slot);
        }

        return tokens;
    }

    public static List<int> Generate(this LlamaRunner runner, ReadOnlySpan<int> prompt, int count, int slot = 0) =>
        runner.Continue(runner.Evaluate(prompt, 0, slot), prompt.Length, count, slot);

    public static string Decode(this ITokenizer tokenizer, IEnumerable<int> tokens, bool renderSpecial = false) =>
        System.Text.Encoding.UTF8.GetString(tokens.SelectMany(token => tokenizer.Bytes(token, renderSpecial).ToArray()).ToArray());
}
