namespace Vibee.Clients.Tests;

/// <summary>The SDKs of JavaScript, each with a script in <c>tests/clients/node</c>. What a script saw is compared as a
/// whole.</summary>
public class JavaScriptTests(NodeClients node) : IClassFixture<NodeClients>
{
    [Theory]
    [InlineData("openai")]
    [InlineData("responses")]
    [InlineData("anthropic")]
    [InlineData("langchain")]
    [InlineData("ai-sdk")]
    [InlineData("structured")]
    public async Task Script_AllItsCalls_SeeWhatTheyShould(string sdk)
    {
        await using var server = await SdkServer.StartAsync();
        await using var endless = await SdkServer.StartAsync(Endless.Create());
        await RunAsync(sdk, server.Api, server.LimitedApi, endless.Api);
        await SdkServer.UntilAsync(() => endless.Metrics is { SlotsInUse: 0, QueueLength: 0 });
    }

    [Fact]
    public async Task Script_Embeddings_OfATrainedModel()
    {
        await using var server = await EmbeddingTests.StartAsync();
        await RunAsync("embeddings", server.Api);
    }

    [Fact]
    public async Task Script_Keys_OfOpenAiAndAnthropic()
    {
        var (server, _) = await SdkServer.StartWithKeyAsync();
        await using (server)
            await RunAsync("keys", server.Api);
    }

    [Fact]
    public async Task Script_Pings_WhileThePromptIsEvaluated()
    {
        await using var server = await SdkServer.StartSilentAsync();
        await RunAsync("pings", server.Api);
    }

    private async Task RunAsync(string script, params Uri[] apis)
    {
        var seen = await node.RunScriptAsync($"{script}.mjs", apis);
        var expected = await File.ReadAllTextAsync(Path.Combine(Checkout.NodeClients, $"{script}.json"), TestContext.Current.CancellationToken);
        Assert.True(NodeClients.Normalize(expected) == seen, $"Not as in {script}.json: {seen}");
    }
}
