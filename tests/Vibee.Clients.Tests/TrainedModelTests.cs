using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.LlamaCpp;

namespace Vibee.Clients.Tests;

/// <summary>A model that was trained, in llama.cpp, behind an SDK.</summary>
public class TrainedModelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task IglaTiny_StreamsAndAnswersSideBySide_TheSameText()
    {
        if (!Directory.Exists(Path.Combine(AppContext.BaseDirectory, "llama")))
            Assert.Skip("llama.cpp was not fetched by the build");
        var runner = LlamaLoader.Load(new LlamaOptions
        {
            ModelPath = Checkout.Model("igla-tiny.gguf"),
            ContextLength = 256,
            Slots = 2,
            BatchTokens = 64,
            Threads = 1,
        }, NullLogger.Instance, cancellation: Cancellation);
        await using var server = await SdkServer.StartAsync(runner);
        using var client = server.ChatClient().AsIChatClient();
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 64 };

        var capital = client.GetResponseAsync("What is the capital of France?", options, Cancellation);
        var greeting = client.GetResponseAsync("Hello!", options, Cancellation);
        var streamed = await client.GetStreamingResponseAsync("Hello!", options, Cancellation).ToChatResponseAsync(Cancellation);

        Assert.Contains("Paris", (await capital).Text);
        Assert.NotEmpty(streamed.Text);
        Assert.Equal((await greeting).Text, streamed.Text);
        Assert.Equal(ChatFinishReason.Stop, streamed.FinishReason);
    }
}
