using System.ClientModel;
using Microsoft.Extensions.AI;

namespace Vibee.Clients.Tests;

/// <summary>Microsoft.Extensions.AI over OpenAI's SDK.</summary>
public class ExtensionsAiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetResponse_Mock_IsAWholeAnswer()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = server.ChatClient().AsIChatClient();
        var options = new ChatOptions { Temperature = 0, TopP = 0.9f, Seed = 7, StopSequences = ["never"], MaxOutputTokens = 20 };
        var response = await client.GetResponseAsync("Hello!", options, Cancellation);

        Assert.Equal(SdkServer.Sentence, response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(ChatRole.Assistant, response.Messages.Single().Role);
        Assert.Equal(SdkServer.Model, response.ModelId);
        Assert.Equal(response.Usage?.TotalTokenCount, response.Usage?.InputTokenCount + response.Usage?.OutputTokenCount);
    }

    [Fact]
    public async Task GetStreamingResponse_Mock_AddsUpToTheWholeAnswer()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = server.ChatClient().AsIChatClient();
        var whole = await client.GetResponseAsync("Hello!", cancellationToken: Cancellation);
        var updates = await client.GetStreamingResponseAsync("Hello!", cancellationToken: Cancellation).ToListAsync(Cancellation);
        var response = updates.ToChatResponse();

        Assert.True(updates.Count(update => update.Text.Length > 0) > 1, "It came in one piece.");
        Assert.Equal(whole.Text, response.Text);
        Assert.Equal(whole.FinishReason, response.FinishReason);
        Assert.Equal(whole.Usage?.OutputTokenCount, response.Usage?.OutputTokenCount);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
    }

    [Fact]
    public async Task GetResponse_Conversation_GoesOn()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = server.ChatClient().AsIChatClient();
        List<ChatMessage> history = [new(ChatRole.System, "Be kind."), new(ChatRole.User, "Hello!")];
        var first = await client.GetResponseAsync(history, cancellationToken: Cancellation);
        history.AddMessages(first);
        history.Add(new ChatMessage(ChatRole.User, "And again?"));
        var second = await client.GetResponseAsync(history, cancellationToken: Cancellation);

        Assert.Equal(SdkServer.Sentence, second.Text);
        Assert.True(second.Usage?.InputTokenCount > first.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task GetStreamingResponse_Cancelled_FreesTheSlot()
    {
        await using var server = await SdkServer.StartAsync(Endless.Create());
        using var client = server.ChatClient().AsIChatClient();
        using var leaving = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("Hello!", cancellationToken: leaving.Token))
            {
                if (update.Text.Length > 0)
                    await leaving.CancelAsync();
            }
        });

        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    [Fact]
    public async Task GetResponse_BadTemperature_Is400AndNotRetried()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = server.ChatClient().AsIChatClient();
        var error = await Assert.ThrowsAsync<ClientResultException>(
            () => client.GetResponseAsync("Hello!", new ChatOptions { Temperature = 9 }, Cancellation));

        Assert.Equal(400, error.Status);
        Assert.Equal(1, await server.RequestsAsync());
    }

    [Fact]
    public async Task GetStreamingResponse_RateLimit_IsRetried()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = server.ChatClient(api: server.LimitedApi, retries: 2).AsIChatClient();
        var error = await Assert.ThrowsAsync<ClientResultException>(
            () => client.GetStreamingResponseAsync("Hello!", cancellationToken: Cancellation).ToListAsync(Cancellation).AsTask());

        Assert.Equal(429, error.Status);
        Assert.Equal(3, await server.RequestsAsync());
    }
}
