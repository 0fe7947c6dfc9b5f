using System.Text;

namespace Vibee.Server.Tests;

/// <summary>Damaged requests: whatever comes in, the answer is a 2xx or a 4xx, and no slot stays busy.</summary>
public class FuzzTests
{
    private static readonly string[] Paths =
        ["/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize", "/apply-template", "/v1/chat/completions/input_tokens"];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "-1e400", "99999999999999999999", "1e-400", "\"\"", "\"x\"", "\"\\ud800\"",
        "\"\\u0000\"", "[]", "[[]]", "{}", "[null]", "[1,\"a\"]", "{\"x\":1,\"x\":{}}", "\"🦙\"", "[{\"role\":\"user\",\"content\":\"x\"}]",
        "[{\"role\":\"assistant\",\"content\":\"x\"}]", "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":{\"name\":\"\",\"arguments\":\"{\\\"a\\\":1e999}\"}}]},{\"role\":\"user\",\"content\":[]}]",
    ];

    private static readonly string[] Fields =
    [
        "messages", "prompt", "content", "tokens", "model", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "min_p", "n",
        "stop", "stream", "stream_options", "seed", "frequency_penalty", "presence_penalty", "repeat_penalty", "repeat_last_n", "logit_bias",
        "logprobs", "top_logprobs", "response_format", "tools", "tool_choice", "reasoning_effort", "modalities", "metadata", "user",
        "chat_template_kwargs", "add_generation_prompt", "continue_final_message", "echo", "best_of", "suffix", "ignore_eos", "with_pieces",
    ];

    [Fact]
    public async Task RandomRequests_NeverHarmTheServer()
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(7);
        for (var i = 0; i < 1500; i++)
        {
            var path = Paths[random.Next(Paths.Length)];
            var body = Encoding.UTF8.GetBytes(RandomBody(random));
            if (random.Next(5) == 0)
                body = body[..random.Next(body.Length)];
            if (body.Length > 0 && random.Next(5) == 0)
                body[random.Next(body.Length)] = (byte)random.Next(256);

            using var content = new ByteArrayContent(body);
            using var response = await server.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), $"{response.StatusCode} for {path} {Encoding.UTF8.GetString(body)}: {text}");
        }

        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
    }

    private static string RandomBody(Random random)
    {
        var body = new StringBuilder("{");
        if (random.Next(2) == 0)
            body.Append("\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"prompt\":\"x\",\"content\":\"x\",\"tokens\":[1],\"max_tokens\":3,");
        for (var fields = random.Next(1, 4); fields > 0; fields--)
            body.Append($"\"{Fields[random.Next(Fields.Length)]}\":{Values[random.Next(Values.Length)]},");
        return body.Append("\"x\":1}").ToString();
    }
}
