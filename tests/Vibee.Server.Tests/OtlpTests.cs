using System.Net.Http.Headers;

namespace Vibee.Server.Tests;

/// <summary>What a collector is sent.</summary>
public class OtlpTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";

    [Fact]
    public async Task Export_ARequestInATrace_HasItsSpansAndMetrics()
    {
        await using var collector = await Collector.StartAsync();
        await using (var server = await TestServer.StartAsync(Script.Says("a", "b"), new ServerOptions { Otlp = collector.Url }))
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = new StringContent(TestServer.ChatBody("\"temperature\":0.5,\"max_tokens\":9"), new MediaTypeHeaderValue("application/json")),
                Headers = { { "traceparent", $"00-{Trace}-{Parent}-01" } },
            };
            await server.Client.SendAsync(message, TestContext.Current.CancellationToken);
            await server.ChatAsync("\"n\":0");
            await using var socket = await SocketClient.OpenAsync(server, "/v1/completions");
            await socket.SendAsync("""{"id":"a","prompt":"x"}""");
            await socket.ReceiveAllAsync("a");
        }

        var spans = collector.Spans.ToList();
        var request = Assert.Single(spans, span => Hex(span, 1) == Trace && Hex(span, 4) == Parent);
        Assert.Equal("POST /v1/chat/completions", request.Text(5));
        Assert.Equal(2u, request.Number(6)); // a server's
        var attributes = request.Attributes(9);
        Assert.Equal("POST", attributes["http.request.method"]);
        Assert.Equal("/v1/chat/completions", attributes["http.route"]);
        Assert.Equal("200", attributes["http.response.status_code"]);

        var generation = Assert.Single(spans, span => Hex(span, 4) == Hex(request, 2));
        Assert.Equal("chat igla-7b", generation.Text(5));
        Assert.Equal(Trace, Hex(generation, 1));
        var said = generation.Attributes(9);
        Assert.Equal("chat", said["gen_ai.operation.name"]);
        Assert.Equal("vibee", said["gen_ai.provider.name"]);
        Assert.Equal("igla-7b", said["gen_ai.request.model"]);
        Assert.Equal("0.5", said["gen_ai.request.temperature"]);
        Assert.Equal("9", said["gen_ai.request.max_tokens"]);
        Assert.Equal("3", said["gen_ai.usage.output_tokens"]);
        Assert.Equal("stop", said["gen_ai.response.finish_reasons"]);
        Assert.True(int.Parse(said["gen_ai.usage.input_tokens"]) > 0);

        Assert.Contains(spans, span => span.Text(5) == "text_completion igla-7b");
        Assert.Contains(spans, span => span.Attributes(9).GetValueOrDefault("http.response.status_code") == "400");
        Assert.Equal("vibee", collector.Resource["service.name"]);
        Assert.DoesNotContain(spans, span => span.Attributes(9).Values.Any(value => value.Contains("Hello!")));

        var metrics = collector.Metrics.ToLookup(metric => metric.Text(1));
        foreach (var name in (string[])["igla_requests_total", "igla_tokens_generated", "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.client.token.usage"])
            Assert.True(metrics.Contains(name), name);
        var points = metrics["gen_ai.server.request.duration"].Last().All(9).Single().All(1).ToList(); // histogram = 9, data_points = 1
        var chat = Assert.Single(points, point => point.Attributes(9)["gen_ai.operation.name"] == "chat");
        Assert.Equal(1u, chat.Number(4));
    }

    private static string Hex(Protobuf span, int field) => Convert.ToHexStringLower(span.Bytes(field));
}
