using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace Vibee.Clients.Tests;

/// <summary>Answers as .NET types, from a model that would say something else.</summary>
public class StructuredOutputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetResponse_OfAType_IsAnObject()
    {
        await using var server = await SdkServer.StartAsync();
        using var client = server.ChatClient().AsIChatClient();
        var response = await client.GetResponseAsync<Verdict>("Hello!", new ChatOptions { Temperature = 0 }, cancellationToken: Cancellation);

        Assert.True(response.TryGetResult(out var verdict), response.Text);
        Assert.True(Enum.IsDefined(verdict.Level));
        Assert.Equal(Microsoft.Extensions.AI.ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task CompleteChat_StrictSchema_ValidJsonOrRefused()
    {
        await using var server = await SdkServer.StartAsync();
        var schema = BinaryData.FromString("""{"type":"object","properties":{"level":{"enum":["low","high"]}},"required":["level"],"additionalProperties":false}""");
        var options = new ChatCompletionOptions { Temperature = 0, ResponseFormat = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat("verdict", schema, jsonSchemaIsStrict: true) };
        ChatCompletion answer = await server.ChatClient().CompleteChatAsync([new UserChatMessage("Hello!")], options, Cancellation);
        using var document = JsonDocument.Parse(answer.Content.Single().Text);

        Assert.Contains(document.RootElement.GetProperty("level").GetString(), (string[])["low", "high"]);

        options.ResponseFormat = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat("verdict", BinaryData.FromString("""{"type":"array","uniqueItems":true}"""), jsonSchemaIsStrict: true);
        var error = await Assert.ThrowsAsync<ClientResultException>(
            async () => await server.ChatClient().CompleteChatAsync([new UserChatMessage("Hello!")], options, Cancellation));
        Assert.Equal(400, error.Status);
        Assert.Contains("uniqueItems", error.Message);
    }

    internal enum Level
    {
        Low,
        High,
    }

    internal sealed record Verdict(bool IsTrue, Level Level);
}
