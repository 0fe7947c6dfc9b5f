using System.ClientModel;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine.Embeddings;
using Vibee.LlamaCpp;

namespace Vibee.Clients.Tests;

/// <summary>Embeddings of a trained model, through OpenAI's SDK (which asks for base64) and what is built on it.</summary>
public class EmbeddingTests
{
    private static readonly string[] Texts = ["The dog ran to the park.", "The cat ran in the garden.", "Mom made a yummy cake."];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GenerateEmbeddings_Texts_ComeInOrderWithUsage()
    {
        await using var server = await StartAsync();
        OpenAI.Embeddings.OpenAIEmbeddingCollection answer = await server.EmbeddingClient().GenerateEmbeddingsAsync(Texts, null, Cancellation);

        Assert.Equal([0, 1, 2], answer.Select(embedding => embedding.Index));
        Assert.Equal(SdkServer.Model, answer.Model);
        Assert.Equal(answer.Usage.InputTokenCount, answer.Usage.TotalTokenCount);
        var vectors = answer.Select(embedding => embedding.ToFloats().ToArray()).ToArray();
        Assert.All(vectors, vector => Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-5));
        Assert.True(TensorPrimitives.Dot<float>(vectors[0], vectors[1]) > TensorPrimitives.Dot<float>(vectors[0], vectors[2]));
    }

    [Fact]
    public async Task GenerateEmbedding_TooLongText_IsAClientError()
    {
        await using var server = await StartAsync();
        var exception = await Assert.ThrowsAsync<ClientResultException>(() =>
            server.EmbeddingClient().GenerateEmbeddingAsync(string.Concat(Enumerable.Repeat("dog ", 600)), null, Cancellation));
        Assert.Equal(400, exception.Status);
        Assert.Contains("context_length_exceeded", exception.Message);
    }

    [Fact]
    public async Task Generate_ExtensionsAi_GivesTheSameVectors()
    {
        await using var server = await StartAsync();
        using var generator = server.EmbeddingClient().AsIEmbeddingGenerator();
        var embeddings = await generator.GenerateAsync(Texts, cancellationToken: Cancellation);
        Assert.Equal(3, embeddings.Count);
        Assert.All(embeddings, embedding => Assert.Equal(64, embedding.Vector.Length));
    }

    internal static Task<SdkServer> StartAsync()
    {
        if (!LlamaLoader.IsPresent(null))
            Assert.Skip("llama.cpp was not fetched by the build");
        var options = new LlamaOptions { ModelPath = Checkout.Model("stories260K.gguf"), Pooling = Pooling.Mean, Threads = 1 };
        return SdkServer.StartAsync(LlamaLoader.LoadEmbedder(options, NullLogger.Instance));
    }
}
