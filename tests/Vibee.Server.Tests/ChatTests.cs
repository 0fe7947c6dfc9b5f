using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Server.Tests;

public partial class ChatTests
{
    [Fact]
    public async Task Post_Minimal_AnswersAsTheGuideSays()
    {
        await using var server = await TestServer.StartAsync();

        var text = await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody());

        Assert.Equal(
            """{"id":"chatcmpl-ID","object":"chat.completion","created":NOW,"model":"igla-7b","system_fingerprint":"fp_PRINT","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! I am iGLA assistant.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":9,"total_tokens":19,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}""",
            Mask(text));
    }

    [Fact]
    public async Task Post_Stream_SendsOneChunkPerToken()
    {
        await using var server = await TestServer.StartAsync();

        var text = await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));

        var chunk = """data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":NOW,"model":"igla-7b","system_fingerprint":"fp_PRINT","choices":[{"index":0,"delta":{DELTA},"logprobs":null,"finish_reason":FINISH}]}""";
        string[] deltas =
        [
            "\"role\":\"assistant\",\"content\":\"\"",
            .. new[] { "Hello", "!", " I", " am", " i", "GLA", " assistant", "." }.Select(token => $"\"content\":\"{token}\""),
        ];
        var expected = string.Concat(deltas.Select(delta => chunk.Replace("DELTA", delta).Replace("FINISH", "null") + "\n\n"))
            + chunk.Replace("DELTA", "").Replace("FINISH", "\"stop\"") + "\n\ndata: [DONE]\n\n";
        Assert.Equal(expected, Mask(text));
    }

    /// <summary>Replaces what differs from run to run.</summary>
    internal static string Mask(string text) =>
        Fingerprint().Replace(Created().Replace(Id().Replace(text, "$1-ID"), "\"created\":NOW"), "fp_PRINT");

    [GeneratedRegex("(chatcmpl|cmpl)-[0-9a-f]{32}")]
    private static partial Regex Id();

    [GeneratedRegex("\"created\":[0-9]{10}")]
    private static partial Regex Created();

    [GeneratedRegex("fp_[0-9a-f]{10}")]
    private static partial Regex Fingerprint();
}
