using System.Text;
using Vibee.Engine.Embeddings;

namespace Vibee.Server.Tests;

/// <summary>Damaged requests: whatever comes in, the answer is a 2xx or a 4xx, and no slot stays busy.</summary>
public class FuzzTests
{
    private static readonly string[] Paths =
    [
        "/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize", "/apply-template", "/v1/chat/completions/input_tokens",
        "/v1/messages", "/v1/messages/count_tokens", "/v1/responses", "/v1/responses/input_tokens", "/v1/embeddings", "/v1/rerank",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "-1e400", "99999999999999999999", "1e-400", "\"\"", "\"x\"", "\"\\ud800\"",
        "\"\\u0000\"", "[]", "[[]]", "{}", "[null]", "[1,\"a\"]", "{\"x\":1,\"x\":{}}", "\"🦙\"", "[{\"role\":\"user\",\"content\":\"x\"}]",
        "[{\"role\":\"assistant\",\"content\":\"x\"}]", "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":{\"name\":\"\",\"arguments\":\"{\\\"a\\\":1e999}\"}}]},{\"role\":\"user\",\"content\":[]}]",
        "[{\"type\":\"reasoning\",\"summary\":[],\"content\":[]}]", "[{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"f\"},{\"role\":\"user\",\"content\":\"x\"}]",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":[]},{\"type\":\"text\",\"text\":\"x\"}]}]",
        "[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{\"a\":1e999}}]},{\"role\":\"user\",\"content\":\"x\"}]",
    ];

    private static readonly string[] Fields =
    [
        "messages", "prompt", "content", "tokens", "model", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "min_p", "n",
        "stop", "stream", "stream_options", "seed", "frequency_penalty", "presence_penalty", "repeat_penalty", "repeat_last_n", "logit_bias",
        "logprobs", "top_logprobs", "response_format", "tools", "tool_choice", "reasoning_effort", "modalities", "metadata", "user",
        "chat_template_kwargs", "add_generation_prompt", "continue_final_message", "echo", "best_of", "suffix", "ignore_eos", "with_pieces",
        "system", "stop_sequences", "thinking", "output_config",
        "input", "instructions", "max_output_tokens", "reasoning", "text", "include", "truncation", "background", "previous_response_id",
        "encoding_format", "dimensions", "query", "documents", "texts", "top_n", "return_text",
    ];

    [Fact]
    public async Task RandomRequests_NeverHarmTheServer()
    {
        await using var server = await TestServer.StartAsync();
        await RunAsync(server, 7, 1500);
    }

    [Fact]
    public async Task RandomRequests_NeverHarmAnEmbedder()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        await RunAsync(server, 8, 300);
    }

    [Fact]
    public async Task RandomRequests_NeverHarmAReranker()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder { Pooling = Pooling.Rank });
        await RunAsync(server, 9, 300);
    }

    private static async Task RunAsync(TestServer server, int seed, int requests)
    {
        var random = new Random(seed);
        for (var i = 0; i < requests; i++)
        {
            var path = Paths[random.Next(Paths.Length)];
            var body = Encoding.UTF8.GetBytes(RandomBody(random, path));
            if (random.Next(5) == 0)
                body = body[..random.Next(body.Length)];
            if (body.Length > 0 && random.Next(5) == 0)
                body[random.Next(body.Length)] = (byte)random.Next(256);

            using var content = new ByteArrayContent(body);
            using var response = await server.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500) or 501, $"{response.StatusCode} for {path} {Encoding.UTF8.GetString(body)}: {text}");
        }

        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
    }

    private static string RandomBody(Random random, string path)
    {
        var body = new StringBuilder("{");
        if (random.Next(2) == 0)
            body.Append(path.Contains("rerank", StringComparison.Ordinal) ? "\"query\":\"x\",\"documents\":[\"x\"],"
                : path.Contains("responses", StringComparison.Ordinal) || path.Contains("embeddings", StringComparison.Ordinal) ? "\"input\":\"x\"," : "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"prompt\":\"x\",\"content\":\"x\",\"tokens\":[1],\"max_tokens\":3,");
        for (var fields = random.Next(1, 4); fields > 0; fields--)
            body.Append($"\"{Fields[random.Next(Fields.Length)]}\":{Values[random.Next(Values.Length)]},");
        return body.Append("\"x\":1}").ToString();
    }
}
