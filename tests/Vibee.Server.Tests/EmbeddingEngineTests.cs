using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.Server.Tests;

/// <summary>How the engine of an embedding model shares its batches, and what it does when things go wrong.</summary>
public class EmbeddingEngineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_ShareBatches_InTurn()
    {
        var batches = new List<string>();
        var embedder = new WordEmbedder { OnEmbed = batch => batches.Add(string.Concat(batch.Tokens.ToArray().Select(token => (char)token))) };
        embedder.Close();
        await using var engine = Engine(embedder);
        EmbeddingRequest[] requests = [Repeat('0', 1), Repeat('a', 20), Repeat('b', 2)];
        engine.Submit(requests[0]);
        await TestServer.UntilAsync(() => embedder.IsWaiting);
        engine.Submit(requests[1]);
        engine.Submit(requests[2]);
        embedder.Open();
        foreach (var request in requests)
            Assert.Equal(FinishReason.Stop, await request.Completion);

        // The few are done in the first batch they are in, though twenty others came before them.
        Assert.Equal(2, batches.First(batch => batch.Contains('b')).Count(letter => letter == 'b'));
        Assert.Equal(20, batches.Sum(batch => batch.Count(letter => letter == 'a')));
        Assert.Equal(4, batches.Count);
    }

    [Fact]
    public async Task LongInput_GoesAlone()
    {
        var sizes = new List<int>();
        await using var server = await TestServer.StartAsync(new WordEmbedder { OnEmbed = batch => sizes.Add(batch.Count) });
        var (status, _) = await server.PostJsonAsync("/v1/embeddings", $$"""{"input":["a","{{new string('x', 60)}}","b","c"]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([1, 60, 2], sizes);
    }

    [Fact]
    public async Task ClientThatLeaves_GivesItsPlaceBack()
    {
        var embedder = new WordEmbedder();
        embedder.Close();
        await using var server = await TestServer.StartAsync(embedder, maxQueue: 0);
        using var leaving = new CancellationTokenSource();
        var posts = Enumerable.Range(0, 8).Select(_ => server.Client.PostAsync("/v1/embeddings",
            new StringContent("""{"input":["a","b"]}""", null, "application/json"), leaving.Token)).ToList();
        await TestServer.UntilAsync(() => embedder.IsWaiting);
        await leaving.CancelAsync();
        foreach (var post in posts)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => post);
        embedder.Open();

        HttpStatusCode status;
        do
            (status, _) = await server.PostJsonAsync("/v1/embeddings", """{"input":"a"}""");
        while (status == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, status);
        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
    }

    [Fact]
    public async Task FullQueue_Is429()
    {
        var embedder = new WordEmbedder { Capacity = new EmbeddingCapacity(1, 32, 64) };
        embedder.Close();
        await using var server = await TestServer.StartLoadingAsync();
        var engine = Engine(embedder, maxQueue: 1);
        server.Model.Ready(engine);
        EmbeddingRequest[] accepted = [Repeat('a', 1), Repeat('b', 1)];
        Assert.All(accepted, request => Assert.Equal(SubmitResult.Accepted, engine.Submit(request)));

        using var refused = await server.PostAsync("/v1/embeddings", """{"input":"a"}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        embedder.Open();
        foreach (var request in accepted)
            Assert.Equal(FinishReason.Stop, await request.Completion);
    }

    [Fact]
    public async Task BrokenRunner_TellsEveryoneAndHealth()
    {
        var embedder = new WordEmbedder { OnEmbed = _ => throw new RunnerException("The test broke it.") };
        await using var server = await TestServer.StartAsync(embedder);
        for (var i = 0; i < 2; i++)
        {
            var (status, json) = await server.PostJsonAsync("/v1/embeddings", """{"input":["a","b"]}""");
            Assert.Equal(HttpStatusCode.InternalServerError, status);
            Assert.Equal("server_error", (string?)json["error"]!["type"]);
        }

        using var health = await server.Client.GetAsync("/health", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        await TestServer.UntilAsync(() => embedder.IsDisposed);
    }

    [Fact]
    public async Task Stop_LetsWorkFinish_AndDisposesTheRunner()
    {
        var embedder = new WordEmbedder();
        embedder.Close();
        var server = await TestServer.StartAsync(embedder);
        var post = server.PostJsonAsync("/v1/embeddings", """{"input":["a","b"]}""");
        await TestServer.UntilAsync(() => embedder.IsWaiting);
        var stop = server.Server.StopAsync(Cancellation);
        embedder.Open();
        Assert.Equal(HttpStatusCode.OK, (await post).Status);
        await stop;
        Assert.True(embedder.IsDisposed);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WithoutGrace_FailsWhatIsInside()
    {
        var embedder = new WordEmbedder();
        embedder.Close();
        var engine = Engine(embedder);
        var request = Repeat('a', 100);
        Assert.Equal(SubmitResult.Accepted, engine.Submit(request));
        await TestServer.UntilAsync(() => embedder.IsWaiting);
        var stop = engine.StopAsync(TimeSpan.Zero);
        embedder.Open();
        await stop;
        Assert.Equal(FinishReason.Failed, await request.Completion);
        Assert.Equal(SubmitResult.ShuttingDown, engine.Submit(Repeat('a', 1)));
        Assert.True(embedder.IsDisposed);
    }

    [Fact]
    public async Task Metrics_CountTokens()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        await server.PostJsonAsync("/v1/embeddings", """{"input":["abc","de"]}""");
        var metrics = await server.ScrapeAsync();
        Assert.Equal("5", metrics["igla_prompt_tokens_total"]);
        Assert.Equal("5", metrics["igla_prompt_tokens_evaluated_total"]);
        Assert.Equal("0", metrics["igla_tokens_generated"]);
    }

    private static EmbeddingEngine Engine(WordEmbedder embedder, int maxQueue = 64) => new(
        embedder, new EngineOptions { MaxQueue = maxQueue }, new EngineMetrics(new("test")), NullLogger<EmbeddingEngine>.Instance);

    private static EmbeddingRequest Repeat(char letter, int times) => new([.. Enumerable.Repeat(new int[] { letter }, times)]);
}
