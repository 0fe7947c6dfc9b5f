using System.Text;
using Vibee.Engine.Grammar;
using Vibee.Engine.Grammar.JsonSchema;
using Vibee.Engine.Runners;

namespace Vibee.Engine.Tests.Grammar;

/// <summary>Asks a grammar about whole texts, and checks masks against the obvious way to make them.</summary>
internal static class GrammarProbe
{
    public static WordTokenizer Tokenizer { get; } = new(
        ["\": ", "\":", "\",", "\", \"", "{\"", "\"}", "\"]", "[\"", "name", "nam", "na", "\"name\"", " \"", "true", "false", "null", "abc", "abcdef",
            "é", "日本", "語\"", "🦙", "\\n", "\\\"", "\\u00", "a\\", "12", "123", ".5", "e+", "  ", "\n  ", "}\n", "]}", "}}", "a", "x\"y", "name"],
        ["<end>", "<turn>"]);

    public static GrammarVocabulary Vocabulary { get; } = new(Tokenizer);

    public static bool Accepts(CompiledGrammar grammar, string text)
    {
        var matcher = new GrammarMatcher(grammar, Vocabulary);
        return matcher.AcceptBytes(Encoding.UTF8.GetBytes(text)) && matcher.CanEnd;
    }

    public static CompiledGrammar Schema(string schema, PropertyOrder order = PropertyOrder.Any) =>
        CompiledGrammar.FromJsonSchema(schema, new JsonSchemaOptions { PropertyOrder = order });

    /// <summary>Follows a text byte by byte; at each place the mask must have exactly the tokens that can be accepted.</summary>
    public static void CheckMasks(CompiledGrammar grammar, string text)
    {
        var matcher = new GrammarMatcher(grammar, Vocabulary);
        CheckMask(matcher, text, 0);
        var at = 0;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            Assert.True(matcher.AcceptBytes([value]), $"byte {at} of {text}");
            CheckMask(matcher, text, ++at);
        }
        Assert.True(matcher.CanEnd, text);
    }

    private static void CheckMask(GrammarMatcher matcher, string text, int at)
    {
        var mask = new ulong[Vocabulary.MaskLength];
        matcher.FillMask(mask);
        for (var token = 0; token < Vocabulary.Size; token++)
        {
            var allowed = (mask[token >> 6] >> token & 1) != 0;
            Assert.True(matcher.Copy().Accept(token) == allowed, $"token {token} after {at} bytes of {text}: mask says {allowed}");
        }
    }
}
