using System.Text.Json.Nodes;

namespace Vibee.Benchmarks;

/// <summary>A chat of 20 messages of a few sentences each, as a template is given it.</summary>
internal static class Conversation
{
    private const int Messages = 20;

    private const string Text =
        "The lighthouse keeper wrote down every ship that passed, its flag and the hour, and at the end of the year he "
        + "counted them. There were never as many as the year before, and he began to wonder whether it was he who slept longer.\n";

    /// <summary>The same chat in several forms: some families have no system role, and templates that were made for
    /// calling tools fail where there are none.</summary>
    public static IEnumerable<JsonObject> Forms() =>
        [Create(withSystem: true, null), Create(withSystem: false, null), Create(withSystem: true, Tools())];

    private static JsonObject Create(bool withSystem, JsonArray? tools)
    {
        var messages = new JsonArray();
        if (withSystem)
            messages.Add((JsonNode)Message("system", "Answer in one paragraph."));
        for (var i = 1; i < Messages; i++)
            messages.Add((JsonNode)Message(i % 2 == 1 ? "user" : "assistant", $"{i}. {Text}"));
        return new JsonObject
        {
            ["messages"] = messages,
            ["tools"] = tools,
            ["add_generation_prompt"] = true,
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
        };
    }

    private static JsonArray Tools() => JsonNode.Parse(
        """
        [{"type":"function","function":{"name":"lookup","description":"Looks a word up.","parameters":
        {"type":"object","properties":{"word":{"type":"string","description":"The word."}},"required":["word"]}}}]
        """)!.AsArray();

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
