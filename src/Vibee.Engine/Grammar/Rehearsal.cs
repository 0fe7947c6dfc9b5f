using System.Text;

namespace Vibee.Engine.Grammar;

/// <summary>
/// Follows a few texts through grammars of every kind of terminal before the first request does. .NET compiles code when
/// it is first used, and what makes masks is so much of it that single masks took 30 ms longer; they are made on the
/// engine's thread, where nobody should wait for a compiler.
/// </summary>
internal static class Rehearsal
{
    /// <summary>Smaller vocabularies are tests', and their masks cost nothing.</summary>
    private const int Enough = 10_000;

    /// <summary>As often as it takes until the compiler looks at a method again.</summary>
    private const int Rounds = 4;

    private const string Schema = """
        {"type":"object","properties":{
          "name":{"type":"string","minLength":2,"maxLength":40},"code":{"type":"string","pattern":"^[A-Z]{2}-[0-9]{2,5}$"},
          "slug":{"type":"string","pattern":"^[a-z0-9_]+$","maxLength":60},"at":{"type":"string","format":"date-time"},
          "kind":{"enum":["one","other",3,null]},"size":{"type":"number","minimum":-4,"maximum":250},"count":{"type":"integer"},
          "tags":{"type":"array","items":{"type":"string"},"minItems":1},"any":{},"flag":{"type":"boolean"},
          "part":{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},{"type":"null"}]}},
         "patternProperties":{"^x-":{"type":["string","integer"]}},"required":["name"],"additionalProperties":{"type":"integer"}}
        """;

    private const string Text = """
        {"name": "Grüße \"an\" all\u00e9", "code": "NO-123", "slug": "a_b1", "at": "2024-05-06T07:08:09Z", "kind": "other", "size": 12.5,
         "count": -7, "tags": ["x", "y z"], "any": {"p": [1, true, null]}, "flag": false, "part": {"a": "b"}, "x-more": "c", "rest": 1}
        """;

    private static int s_isDone;

    /// <summary>Once for each process.</summary>
    public static void Run(GrammarVocabulary vocabulary)
    {
        if (vocabulary.Size < Enough || Interlocked.Exchange(ref s_isDone, 1) != 0)
            return;
        for (var round = 0; round < Rounds; round++)
        {
            Follow(vocabulary, CompiledGrammar.FromJsonSchema(Schema, new() { PropertyOrder = JsonSchema.PropertyOrder.Any }), Text);
            Follow(vocabulary, CompiledGrammar.FromJsonSchema(Schema), Text);
            Follow(vocabulary, CompiledGrammar.FromRegex("([a-z]+ )*[0-9]{2,}(, .+)?"), "some words 123, and more");
            Follow(vocabulary, CompiledGrammar.FromGbnf("""
                root ::= (pair "\n")+
                pair ::= [a-z]+ " = " (value | "[" value ("," value)* "]")
                value ::= [0-9]+ | "\"" [^"]* "\""
                """), "a = 12\nb = [\"c\",3]\n");
        }
    }

    private static void Follow(GrammarVocabulary vocabulary, CompiledGrammar grammar, string text)
    {
        var (matcher, mask) = (new GrammarMatcher(grammar, vocabulary), new ulong[vocabulary.MaskLength]);
        foreach (var token in vocabulary.Encode(Encoding.UTF8.GetBytes(text)))
        {
            matcher.FillMask(mask);
            matcher.ForcedTokens();
            if (!matcher.Accept(token))
                return;
        }
    }
}
