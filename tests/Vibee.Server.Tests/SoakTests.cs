using System.Net;
using System.Text;

namespace Vibee.Server.Tests;

/// <summary>Many requests of all kinds.</summary>
public class SoakTests
{
    [Fact]
    public async Task N09_MixedRequests_LeaveTheServerAsItWas()
    {
        await using var server = await TestServer.StartAsync();
        await server.ChatAsync("\"temperature\":0"); // so that it is in the cache before and after
        var reference = ChatTests.Mask(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"temperature\":0")));

        var statuses = new int[600];
        await Parallel.ForAsync(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => Interlocked.Increment(ref statuses[(int)await SendAsync(server, i)]));

        Assert.Equal(400, statuses[200]);
        Assert.Equal(100, statuses[400]);
        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
        Assert.Equal(reference, ChatTests.Mask(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"temperature\":0"))));
    }

    /// <summary>Of five requests one is wrong and one is left while it is answered.</summary>
    private static async Task<HttpStatusCode> SendAsync(TestServer server, int i)
    {
        var fields = (i % 5) switch
        {
            0 => "\"n\":0",
            1 => "\"stream\":true,\"n\":3",
            2 => "\"stream\":true",
            3 => "\"logprobs\":true,\"top_logprobs\":2",
            _ => "\"n\":2",
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(TestServer.ChatBody(fields), Encoding.UTF8, "application/json"),
        };
        using var response = await server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        if (i % 5 != 1)
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
