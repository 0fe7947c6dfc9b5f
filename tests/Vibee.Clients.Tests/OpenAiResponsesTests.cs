#pragma warning disable OPENAI001 // the SDK calls this part of itself experimental

using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Responses;

namespace Vibee.Clients.Tests;

/// <summary>The Responses API through OpenAI's own SDK for .NET.</summary>
public class OpenAiResponsesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateResponse_Mock_IsAWholeAnswer()
    {
        await using var server = await SdkServer.StartAsync();
        var options = Ask("Hello!");
        options.Instructions = "Be kind.";
        options.Temperature = 0;
        ResponseResult response = await Client(server).CreateResponseAsync(options, Cancellation);

        Assert.Equal(SdkServer.Sentence, response.GetOutputText());
        Assert.Equal(ResponseStatus.Completed, response.Status);
        Assert.Equal(SdkServer.Model, response.Model);
        Assert.StartsWith("resp_", response.Id);
        Assert.Equal(response.Usage.TotalTokenCount, response.Usage.InputTokenCount + response.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task CreateResponse_TokenLimit_IsIncomplete()
    {
        await using var server = await SdkServer.StartAsync();
        var options = Ask("Hello!");
        options.MaxOutputTokenCount = 3;
        ResponseResult response = await Client(server).CreateResponseAsync(options, Cancellation);

        Assert.Equal(ResponseStatus.Incomplete, response.Status);
        Assert.Equal(ResponseIncompleteStatusReason.MaxOutputTokens, response.IncompleteStatusDetails.Reason);
        Assert.Equal("Hello! I", response.GetOutputText());
    }

    [Fact]
    public async Task CreateResponseStreaming_Mock_IsTheAnswerInPieces()
    {
        await using var server = await SdkServer.StartAsync();
        var options = Ask("Hello!");
        options.StreamingEnabled = true;
        var pieces = new List<string>();
        var numbers = new List<int>();
        ResponseResult? final = null;
        await foreach (var update in await Client(server).CreateResponseStreamingAsync(options, Cancellation))
        {
            numbers.Add(update.SequenceNumber);
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
                pieces.Add(delta.Delta);
            if (update is StreamingResponseCompletedUpdate completed)
                final = completed.Response;
        }

        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        Assert.Equal(8, pieces.Count);
        Assert.Equal(SdkServer.Sentence, string.Concat(pieces));
        Assert.Equal(SdkServer.Sentence, final?.GetOutputText());
    }

    [Fact]
    public async Task CreateResponse_Conversation_TakesItsOwnOutputBack()
    {
        await using var server = await SdkServer.StartAsync();
        var options = Ask("Hello!");
        ResponseResult first = await Client(server).CreateResponseAsync(options, Cancellation);
        foreach (var item in first.OutputItems)
            options.InputItems.Add(item);
        options.InputItems.Add(ResponseItem.CreateUserMessageItem("And again?"));
        ResponseResult second = await Client(server).CreateResponseAsync(options, Cancellation);

        Assert.Equal(SdkServer.Sentence, second.GetOutputText());
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount);
    }

    [Fact]
    public async Task CreateResponse_StoredResponse_Is400WithItsParamAndNotRetried()
    {
        await using var server = await SdkServer.StartAsync();
        var options = Ask("Hello!");
        options.PreviousResponseId = "resp_1";
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(server).CreateResponseAsync(options, Cancellation));

        Assert.Equal(400, error.Status);
        using var body = JsonDocument.Parse(error.GetRawResponse()!.Content);
        Assert.Equal("previous_response_id", body.RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Equal(1, await server.RequestsAsync());
    }

    [Fact]
    public async Task CreateResponse_RateLimit_IsRetried()
    {
        await using var server = await SdkServer.StartAsync();
        var error = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(server, server.LimitedApi, retries: 2).CreateResponseAsync(Ask("Hello!"), Cancellation));

        Assert.Equal(429, error.Status);
        Assert.Equal(3, await server.RequestsAsync());
    }

    [Fact]
    public async Task CreateResponseStreaming_Cancelled_FreesTheSlot()
    {
        await using var server = await SdkServer.StartAsync(Endless.Create());
        using var leaving = new CancellationTokenSource();
        var options = Ask("Hello!");
        options.StreamingEnabled = true;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in await Client(server).CreateResponseStreamingAsync(options, leaving.Token))
            {
                if (update is StreamingResponseOutputTextDeltaUpdate)
                    await leaving.CancelAsync();
            }
        });

        await SdkServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    private static CreateResponseOptions Ask(string text) => new(SdkServer.Model, [ResponseItem.CreateUserMessageItem(text)]);

    private static ResponsesClient Client(SdkServer server, Uri? api = null, int retries = 3) => new(new ApiKeyCredential("none"),
        new ResponsesClientOptions { Endpoint = api ?? server.Api, RetryPolicy = new ClientRetryPolicy(retries) });
}
