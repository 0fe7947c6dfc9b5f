using System.Text.Json.Nodes;
using Vibee.Engine.Chat;

namespace Vibee.Engine.Tests.Chat;

/// <summary>The variables that the tests of the language share.</summary>
internal static class TemplateContext
{
    public static readonly TimeProvider Time = new FixedTime(new DateTime(2026, 1, 2, 3, 4, 5));

    private const string Json = """
        {
          "name": "World",
          "n": 5,
          "f": 2.5,
          "neg": -7,
          "t": true,
          "nil": null,
          "xs": [3, 1, 2],
          "words": ["b", "A", "c"],
          "d": {"a": 1, "b": [1, 2], "items": "shadow", "x y": 3},
          "users": [{"name": "Bob", "age": 30, "addr": {"city": "X"}}, {"name": "amy", "age": 25, "addr": {"city": "Y"}}, {"name": "Cid", "age": 30, "addr": {"city": "X"}}],
          "s": "Hello, World! héllo 🦙 end",
          "ml": "a\nb\n\nc",
          "html": "<b>\"x\" & 'y'</b>",
          "big": 18446744073709551616,
          "empty": [],
          "es": "",
          "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]
        }
        """;

    public static string Render(string template) =>
        ChatTemplate.Compile(template).Render(JsonNode.Parse(Json)!.AsObject(), Time);
}
