using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace Vibee.Clients.Tests;

/// <summary>OpenAI's own SDK for .NET.</summary>
public class OpenAiTests
{
    private static readonly ChatMessage[] Messages = [new SystemChatMessage("Be kind."), new UserChatMessage("Hello!")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CompleteChat_Mock_IsAWholeAnswer()
    {
        await using var server = await SdkServer.StartAsync();
        var options = new ChatCompletionOptions
        {
            Temperature = 0,
            MaxOutputTokenCount = 20,
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 2,
            EndUserId = "someone",
        };
        ChatCompletion answer = await server.ChatClient().CompleteChatAsync(Messages, options, Cancellation);

        Assert.Equal(SdkServer.Sentence, answer.Content.Single().Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, answer.Role);
        Assert.Equal(SdkServer.Model, answer.Model);
        Assert.StartsWith("chatcmpl-", answer.Id);
        Assert.Equal(answer.Usage.TotalTokenCount, answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
        Assert.Equal(SdkServer.Sentence, string.Concat(answer.ContentTokenLogProbabilities.Select(token => token.Token)));
        Assert.All(answer.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task CompleteChat_WrongKey_IsRefusedAtOnce_RightKeyIsNot()
    {
        var (server, key) = await SdkServer.StartWithKeyAsync();
        await using var _ = server;
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => server.ChatClient(key: "sk-wrong").CompleteChatAsync(Messages, null, Cancellation));
        Assert.Equal(401, refusal.Status);
        ChatCompletion answer = await server.ChatClient(key: key).CompleteChatAsync(Messages, null, Cancellation);
        Assert.Equal(SdkServer.Sentence, answer.Content.Single().Text);
    }

    [Fact]
    public async Task CompleteChat_TokenLimit_FinishesWithLength()
    {
        await using var server = await SdkServer.StartAsync();
        ChatCompletion answer = await server.ChatClient()
            .CompleteChatAsync(Messages, new ChatCompletionOptions { MaxOutputTokenCount = 3 }, Cancellation);

        Assert.Equal("Hello! I", answer.Content.Single().Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(3, answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task CompleteChatStreaming_Mock_IsTheAnswerInPieces()
    {
        await using var server = await SdkServer.StartAsync();
        var text = new StringBuilder();
        var roles = new List<ChatMessageRole>();
        var reasons = new List<ChatFinishReason>();
        ChatTokenUsage? usage = null;
        await foreach (var update in server.ChatClient().CompleteChatStreamingAsync(Messages, cancellationToken: Cancellation))
        {
            foreach (var part in update.ContentUpdate)
                text.Append(part.Text);
            if (update.Role is { } role)
                roles.Add(role);
            if (update.FinishReason is { } reason)
                reasons.Add(reason);
            usage = update.Usage ?? usage;
        }

        Assert.Equal(SdkServer.Sentence, text.ToString());
        Assert.Equal([ChatMessageRole.Assistant], roles);
        Assert.Equal([ChatFinishReason.Stop], reasons);
        Assert.True(usage is { OutputTokenCount: > 0 }, "The SDK asks for the usage of a stream.");
    }

    [Fact]
    public async Task Models_ListAndGet_KnowTheModel()
    {
        await using var server = await SdkServer.StartAsync();
        var client = new OpenAIModelClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = server.Api });
        OpenAIModelCollection models = await client.GetModelsAsync(Cancellation);
        OpenAIModel model = await client.GetModelAsync(SdkServer.Model, Cancellation);

        Assert.Equal([SdkServer.Model, "igla-koshey"], models.Select(known => known.Id));
        Assert.Equal(SdkServer.Model, model.Id);
        Assert.Equal(2026, model.CreatedAt.Year);
    }

    [Fact]
    public async Task CompleteChat_UnknownModel_Is404AndNotRetried()
    {
        await using var server = await SdkServer.StartAsync();
        var error = await Assert.ThrowsAsync<ClientResultException>(
            () => server.ChatClient("gpt-0").CompleteChatAsync(Messages, cancellationToken: Cancellation));

        Assert.Equal(404, error.Status);
        Assert.Contains("gpt-0", error.Message);
        Assert.Equal(1, await server.RequestsAsync());
    }

    [Fact]
    public async Task CompleteChatStreaming_BadTemperature_Is400WithItsParam()
    {
        await using var server = await SdkServer.StartAsync();
        var error = await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            await foreach (var _ in server.ChatClient().CompleteChatStreamingAsync(
                Messages, new ChatCompletionOptions { Temperature = 9 }, Cancellation))
            {
            }
        });

        Assert.Equal(400, error.Status);
        using var body = JsonDocument.Parse(error.GetRawResponse()!.Content);
        Assert.Equal("temperature", body.RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Equal(1, await server.RequestsAsync());
    }

    [Fact]
    public async Task CompleteChat_RateLimit_IsRetried()
    {
        await using var server = await SdkServer.StartAsync();
        var error = await Assert.ThrowsAsync<ClientResultException>(
            () => server.ChatClient(api: server.LimitedApi, retries: 1).CompleteChatAsync(Messages, cancellationToken: Cancellation));

        Assert.Equal(429, error.Status);
        Assert.Equal(2, await server.RequestsAsync());
    }

    [Fact]
    public async Task CompleteChat_FullQueue_IsRetriedUntilThereIsRoom()
    {
        await using var server = await SdkServer.StartAsync(Endless.Create(), maxQueue: 1);
        using var leaving = new CancellationTokenSource();
        var running = server.ChatClient().CompleteChatAsync(Messages, cancellationToken: leaving.Token);
        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 1);
        var waiting = server.ChatClient().CompleteChatAsync(Messages, cancellationToken: leaving.Token);
        await SdkServer.UntilAsync(() => server.Metrics.QueueLength == 1);

        var refused = await Assert.ThrowsAsync<ClientResultException>(
            () => server.ChatClient(retries: 0).CompleteChatAsync(Messages, cancellationToken: Cancellation));
        Assert.Equal(429, refused.Status);

        var patient = server.ChatClient().CompleteChatAsync(Messages, new ChatCompletionOptions { MaxOutputTokenCount = 2 }, Cancellation);
        await SdkServer.UntilAsync(async () => await server.RequestsAsync() == 5); // the fourth was refused, this is its retry
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal("xx", (await patient).Value.Content.Single().Text);
    }

    [Fact]
    public async Task CompleteChat_Cancelled_FreesTheSlot()
    {
        await using var server = await SdkServer.StartAsync(Endless.Create());
        using var leaving = new CancellationTokenSource();
        var running = server.ChatClient().CompleteChatAsync(Messages, cancellationToken: leaving.Token);
        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 1);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    [Fact]
    public async Task CompleteChatStreaming_Abandoned_FreesTheSlot()
    {
        await using var server = await SdkServer.StartAsync(Endless.Create());
        await foreach (var update in server.ChatClient().CompleteChatStreamingAsync(Messages, cancellationToken: Cancellation))
        {
            if (update.ContentUpdate is [{ Text: "x" }])
                break;
        }

        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
        ChatCompletion next = await server.ChatClient()
            .CompleteChatAsync(Messages, new ChatCompletionOptions { MaxOutputTokenCount = 3 }, Cancellation);
        Assert.Equal("xxx", next.Content.Single().Text);
    }
}
