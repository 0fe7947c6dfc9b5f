using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp.Tests;

/// <summary>What every test does with an embedder: load one, embed texts, compare vectors.</summary>
internal static class Embedding
{
    public static LlamaEmbeddingRunner Load(string path, Pooling? pooling = null, int? contextLength = null)
    {
        Generation.RequireLibrary();
        var options = new LlamaOptions { ModelPath = path, Pooling = pooling, ContextLength = contextLength, BatchTokens = 64, Threads = 1 };
        return LlamaLoader.LoadEmbedder(options, NullLogger.Instance);
    }

    /// <summary>Embeds all inputs in one call.</summary>
    public static float[][] Embed(this LlamaEmbeddingRunner runner, params IReadOnlyList<int[]> inputs)
    {
        var batch = new Batch(inputs.Sum(input => input.Length));
        for (var input = 0; input < inputs.Count; input++)
        {
            for (var position = 0; position < inputs[input].Length; position++)
                batch.Add(inputs[input][position], position, input, wantsLogits: true);
        }

        runner.Embed(batch);
        return [.. Enumerable.Range(0, inputs.Count).Select(input => runner.Vector(input).ToArray())];
    }

    public static int[] Encode(this LlamaEmbeddingRunner runner, string text) =>
        runner.Tokenizer.Encode(text, addSpecial: true, parseSpecial: true);

    public static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(TensorPrimitives.CosineSimilarity(expected, actual), 0.9999f, 1.0001f);
    }

    public static JsonNode Golden(string name) => JsonNode.Parse(
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "Vibee.LlamaCpp.Tests", "Golden", name)))!;

    public static float[] Numbers(this JsonNode json) => [.. json.AsArray().Select(number => (float)number!)];
}
