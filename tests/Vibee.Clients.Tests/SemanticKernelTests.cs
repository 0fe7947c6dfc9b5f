using System.ClientModel;
using System.Net;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;

namespace Vibee.Clients.Tests;

/// <summary>Semantic Kernel's chat completion service.</summary>
public class SemanticKernelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetChatMessageContent_Mock_IsAWholeAnswer()
    {
        await using var server = await SdkServer.StartAsync();
        var settings = new OpenAIPromptExecutionSettings { Temperature = 0.2, MaxTokens = 20, ChatSystemPrompt = "Be kind." };
        var message = await Service(server).GetChatMessageContentAsync(Conversation(), settings, cancellationToken: Cancellation);

        Assert.Equal(SdkServer.Sentence, message.Content);
        Assert.Equal(AuthorRole.Assistant, message.Role);
        Assert.Equal("Stop", message.Metadata?["FinishReason"]);
    }

    [Fact]
    public async Task GetStreamingChatMessageContents_Mock_AddsUpToTheAnswer()
    {
        await using var server = await SdkServer.StartAsync();
        var pieces = await Service(server).GetStreamingChatMessageContentsAsync(Conversation(), cancellationToken: Cancellation)
            .Select(piece => piece.Content).ToListAsync(Cancellation);

        Assert.Equal(SdkServer.Sentence, string.Concat(pieces));
        Assert.True(pieces.Count > 1, "It came in one piece.");
    }

    [Fact]
    public async Task InvokePrompt_Kernel_AnswersThroughTheService()
    {
        await using var server = await SdkServer.StartAsync();
        var builder = Kernel.CreateBuilder();
        builder.AddOpenAIChatCompletion(SdkServer.Model, Client(server));
        var answer = await builder.Build().InvokePromptAsync("Say hello to {{$name}}.", new() { ["name"] = "Ada" }, cancellationToken: Cancellation);

        Assert.Equal(SdkServer.Sentence, answer.GetValue<string>());
    }

    [Fact]
    public async Task GetChatMessageContent_UnknownModel_IsNotFound()
    {
        await using var server = await SdkServer.StartAsync();
        var service = new OpenAIChatCompletionService("gpt-0", Client(server));
        var error = await Assert.ThrowsAsync<HttpOperationException>(
            () => service.GetChatMessageContentAsync(Conversation(), cancellationToken: Cancellation));

        Assert.Equal(HttpStatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task GetChatMessageContent_RateLimit_IsRetried()
    {
        await using var server = await SdkServer.StartAsync();
        var service = new OpenAIChatCompletionService(SdkServer.Model, Client(server, server.LimitedApi));
        var error = await Assert.ThrowsAsync<HttpOperationException>(
            () => service.GetChatMessageContentAsync(Conversation(), cancellationToken: Cancellation));

        Assert.Equal(HttpStatusCode.TooManyRequests, error.StatusCode);
        Assert.Equal(4, await server.RequestsAsync());
    }

    [Fact]
    public async Task GetStreamingChatMessageContents_Cancelled_FreesTheSlot()
    {
        await using var server = await SdkServer.StartAsync(Endless.Create());
        using var leaving = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in Service(server).GetStreamingChatMessageContentsAsync(Conversation(), cancellationToken: leaving.Token))
            {
                if (piece.Content is "x")
                    await leaving.CancelAsync();
            }
        });

        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    private static ChatHistory Conversation() => [new ChatMessageContent(AuthorRole.User, "Hello!")];

    private static OpenAIChatCompletionService Service(SdkServer server) => new(SdkServer.Model, Client(server));

    private static OpenAIClient Client(SdkServer server, Uri? api = null) =>
        new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = api ?? server.Api });
}
