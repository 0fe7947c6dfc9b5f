using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>An embedding server as a user starts it.</summary>
public class EmbeddingServeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pooling_OfAnyModel_MakesAnEmbeddingServer()
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("stories260K.gguf"), "--pooling", "mean", "--matryoshka", "on");
        await using var _ = process;

        using var response = await client.PostAsync("/v1/embeddings", Json("""{"input":["The dog ran.","A dog runs."],"dimensions":32}"""), Cancellation);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        Assert.All(json["data"]!.AsArray(), item =>
        {
            var vector = item!["embedding"]!.AsArray().Select(number => (double)number!).ToArray();
            Assert.Equal(32, vector.Length);
            Assert.Equal(1, vector.Sum(number => number * number), 1e-5);
        });

        using var chat = await client.PostAsync("/v1/chat/completions", Json("""{"messages":[{"role":"user","content":"Hello!"}]}"""), Cancellation);
        Assert.Contains("/v1/embeddings", await chat.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("--pooling", "rank", "cls.output.weight")]
    [InlineData("--matryoshka", "on", "--matryoshka is for embedding models")]
    public async Task Serve_WhatAChatModelCannotDo_IsOneLine(string option, string value, string expected)
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(
            ["serve", "--host", "127.0.0.1", "--port", "0", "-m", Checkout.Model("stories260K.gguf"), option, value]);
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, error);
    }

    [Fact]
    public async Task Serve_PoolingOfAnEngineWithoutEmbeddings_IsRefused()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(
            ["serve", "-m", Checkout.Model("stories260K.gguf"), "--engine", "trinity", "--pooling", "mean"]);
        Assert.Equal(2, exitCode);
        Assert.Equal("vibee: --pooling is llama.cpp's: Trinity generates text only", error.Trim());
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
