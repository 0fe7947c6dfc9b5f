using System.Text.Json.Nodes;
using Vibee.Engine.Chat;
using Vibee.Engine.Chat.ToolCalls;

namespace Vibee.Engine.Tests.Chat.ToolCalls;

public class ToolCallFormatTests
{
    [Theory]
    [InlineData("{{ '<tool_call>' }}", "hermes")]
    [InlineData("<tool_call><function=x><parameter=y>", "qwen3-coder")]
    [InlineData("<tool_call>{{ name }}<arg_key>k</arg_key><arg_value>", "glm")]
    [InlineData("[TOOL_CALLS]", "mistral")]
    [InlineData("[TOOL_CALLS]name[ARGS]", "mistral-named")]
    [InlineData("<|start_header_id|> {\"name\": , \"parameters\": }", "llama3")]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", "generic")]
    public void Of_Template_IsTheFormatOfItsSigns(string template, string name) => Assert.Equal(name, ToolCallFormat.Of(template).Name);

    /// <summary>A template writes calls of earlier turns as its model writes them: they are read back as what they were.</summary>
    [Fact]
    public void Of_PublishedTemplates_ReadsBackWhatTheyWrite()
    {
        var templates = PublishedTemplates.LoadOrSkip();
        var failures = new List<string>();
        var read = 0;
        foreach (var name in templates.Names())
        {
            var template = ChatTemplate.Compile(templates.ReadSource(name));
            var format = ToolCallFormat.Of(template.Source);
            if (format.Instructions is not null)
                continue;
            if (Written(template, templates) is not { } written)
                continue; // it shows no calls
            if (format.Syntaxes is [{ OnlyAtStart: true }, ..])
                written = written[written.IndexOf('{')..];
            var parts = Recorded.Parse(format.Parse(Tools, "", isConstrained: false), [written]);
            var call = parts.FirstOrDefault(part => part.StartsWith("call", StringComparison.Ordinal));
            if (call is null || !call.StartsWith("call probe", StringComparison.Ordinal) || !JsonNode.DeepEquals(JsonNode.Parse(call["call probe".Length..]), Arguments()))
                failures.Add($"{name} ({format.Name}): {written} → {string.Join(" | ", parts)}");
            read++;
        }

        Assert.Equal([], failures);
        Assert.True(read > 40, $"{read}");
    }

    private static IReadOnlyList<ToolDefinition> Tools { get; } =
        [new("probe", JsonNode.Parse("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}""")!.AsObject())];

    private static JsonObject Arguments() => new() { ["city"] = "Oslo", ["days"] = 3 };

    /// <summary>What a call adds to the prompt: what stands after the last message without it.</summary>
    private static string? Written(ChatTemplate template, PublishedTemplates templates)
    {
        foreach (var arguments in (JsonNode[])[Arguments(), Arguments().ToJsonString()])
        {
            foreach (var content in (string?[])["", null])
            {
                try
                {
                    var user = new JsonObject { ["role"] = "user", ["content"] = "xqzneedle" };
                    var call = new JsonObject
                    {
                        ["id"] = "call00001", ["type"] = "function",
                        ["function"] = new JsonObject { ["name"] = "probe", ["arguments"] = arguments.DeepClone() },
                    };
                    var context = new JsonObject
                    {
                        ["messages"] = new JsonArray(user, new JsonObject { ["role"] = "assistant", ["content"] = content, ["tool_calls"] = new JsonArray(call) }),
                        ["add_generation_prompt"] = false, ["bos_token"] = "", ["eos_token"] = "",
                        ["tools"] = new JsonArray(JsonNode.Parse("""{"type":"function","function":{"name":"probe","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string","description":"d"},"days":{"type":"integer","description":"d"}},"required":[]}}}""")),
                    };
                    var text = template.Render(context, templates.Time);
                    var at = text.LastIndexOf("xqzneedle", StringComparison.Ordinal);
                    if (at >= 0 && text.AsSpan(at).Contains("Oslo", StringComparison.Ordinal))
                        return text[(at + "xqzneedle".Length)..];
                }
                catch (TemplateException)
                {
                }
            }
        }

        return null;
    }
}
