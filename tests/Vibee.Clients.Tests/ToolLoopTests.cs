using Microsoft.Extensions.AI;
using OpenAI.Chat;
using Vibee.Engine;
using Vibee.Trinity;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Vibee.Clients.Tests;

/// <summary>The loops in which SDKs call functions, with a model that asks for them.</summary>
public class ToolLoopTests(NodeClients node) : IClassFixture<NodeClients>
{
    private const string Question = "What is the weather in Oslo?";
    private const string Answer = "It is 12 degrees and cloudy in Oslo.";
    private const string Weather = "{\"temp\": 12, \"sky\": \"cloudy\"}";
    private const string Parameters = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task JavaScript_ToolLoops_EndWithTheAnswer()
    {
        await using var server = await StartAsync();
        var seen = await node.RunScriptAsync("tools.mjs", server.Api);
        var expected = await File.ReadAllTextAsync(Path.Combine(Checkout.NodeClients, "tools.json"), Cancellation);
        Assert.True(NodeClients.Normalize(expected) == seen, $"Not as in tools.json: {seen}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExtensionsAi_FunctionInvocation_EndsWithTheAnswer(bool stream)
    {
        await using var server = await StartAsync();
        var asked = new List<string>();
        var function = AIFunctionFactory.Create(
            (string city) =>
            {
                asked.Add(city);
                return Weather;
            },
            new AIFunctionFactoryOptions
            {
                Name = "get_weather",
                Description = "Get the current weather for a city.",
                MarshalResult = (result, _, _) => ValueTask.FromResult(result), // the text itself, not in quotes
            });
        using var client = server.ChatClient().AsIChatClient().AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Temperature = 0, Tools = [function] };

        var response = stream
            ? await client.GetStreamingResponseAsync(Question, options, Cancellation).ToChatResponseAsync(Cancellation)
            : await client.GetResponseAsync(Question, options, Cancellation);

        Assert.Equal(["Oslo"], asked);
        Assert.Equal(Answer, response.Text);
        Assert.Equal(Microsoft.Extensions.AI.ChatFinishReason.Stop, response.FinishReason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenAi_Chat_CallAndResult_EndWithTheAnswer(bool stream)
    {
        await using var server = await StartAsync();
        var client = server.ChatClient();
        var options = new ChatCompletionOptions
        {
            Temperature = 0,
            Tools = { ChatTool.CreateFunctionTool("get_weather", "Get the current weather for a city.", BinaryData.FromString(Parameters)) },
        };
        List<ChatMessage> messages = [new UserChatMessage(Question)];

        var (reason, calls) = stream ? await StreamAsync(client, messages, options) : await CompleteAsync(client, messages, options);
        Assert.Equal(OpenAI.Chat.ChatFinishReason.ToolCalls, reason);
        var call = Assert.Single(calls);
        Assert.Equal(("get_weather", "{\"city\": \"Oslo\"}"), (call.FunctionName, call.FunctionArguments.ToString()));

        messages.Add(new AssistantChatMessage([call]));
        messages.Add(new ToolChatMessage(call.Id, Weather));
        var answer = await client.CompleteChatAsync(messages, options, Cancellation);
        Assert.Equal(Answer, answer.Value.Content[0].Text);
    }

    private static async Task<(OpenAI.Chat.ChatFinishReason, IReadOnlyList<ChatToolCall>)> CompleteAsync(ChatClient client, List<ChatMessage> messages, ChatCompletionOptions options)
    {
        var completion = (await client.CompleteChatAsync(messages, options, Cancellation)).Value;
        return (completion.FinishReason, completion.ToolCalls);
    }

    private static async Task<(OpenAI.Chat.ChatFinishReason, IReadOnlyList<ChatToolCall>)> StreamAsync(ChatClient client, List<ChatMessage> messages, ChatCompletionOptions options)
    {
        var (id, name, arguments) = ("", "", "");
        OpenAI.Chat.ChatFinishReason? reason = null;
        await foreach (var update in client.CompleteChatStreamingAsync(messages, options, Cancellation))
        {
            reason ??= update.FinishReason;
            foreach (var call in update.ToolCallUpdates)
            {
                id += call.ToolCallId;
                name += call.FunctionName;
                arguments += call.FunctionArgumentsUpdate?.ToString();
            }
        }

        return (reason!.Value, [ChatToolCall.CreateFunctionToolCall(id, name, BinaryData.FromString(arguments))]);
    }

    private static Task<SdkServer> StartAsync()
    {
        IModelRunner runner = TrinityRunner.Load(new TrinityOptions
        {
            Path = Checkout.Model("igla-tiny.gguf"),
            ContextLength = 512,
            Slots = 2,
            BatchTokens = 64,
            KvCells = 1024,
            Threads = 1,
        });
        return SdkServer.StartAsync(runner);
    }
}
