using System.Text;
using System.Text.Json;
using Vibee.Engine.Grammar;
using Vibee.Engine.Grammar.JsonSchema;

namespace Vibee.Engine.Tests.Grammar;

/// <summary>Random and mutated schemas, grammars and patterns: each is refused with a message and a place or followed at
/// random, and none takes long, by the count of its steps. 100,000 in all where CI is set, fewer at a desk;
/// VIBEE_GRAMMAR_FUZZ sets how many of each kind.</summary>
public class GrammarFuzz
{
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("VIBEE_GRAMMAR_FUZZ"), out var rounds) ? rounds
        : Environment.GetEnvironmentVariable("CI") == "true" ? 25_000 : 1000;

    /// <summary>As many as are followed after each that compiles.</summary>
    private const int Tokens = 12;

    /// <summary>For compiling and all tokens together, in steps of some 10 ns.</summary>
    private const long MaxWork = 400_000_000;

    private static readonly string[] Schemas =
    [
        """{"type":"object","properties":{"a":{"type":"integer","minimum":1},"b":{"$ref":"#"}},"required":["a"],"additionalProperties":false}""",
        """{"anyOf":[{"type":"string","pattern":"^a+b?$","maxLength":9},{"type":"array","items":{"$ref":"#"},"maxItems":3,"uniqueItems":true}]}""",
        """{"oneOf":[{"required":["x"]},{"not":{"required":["y"]}}],"patternProperties":{"^p":{"enum":[1,"2",null]}},"minProperties":1}""",
        """{"allOf":[{"type":"number","multipleOf":0.5},{"exclusiveMaximum":7.25}],"if":{"minimum":3},"then":{"const":3.5},"else":{"maximum":-1}}""",
        """{"type":"array","prefixItems":[{"format":"date"},{"type":["null","boolean"]}],"contains":{"type":"null"},"maxContains":2,"items":{"not":{"type":"object"}}}""",
        """{"$defs":{"t":{"type":"object","properties":{"l":{"$ref":"#/$defs/t"},"v":{"enum":["a","b"]}},"propertyNames":{"maxLength":3}}},"$ref":"#/$defs/t","dependentRequired":{"l":["v"]}}""",
    ];

    private static readonly string[] Grammars =
    [
        "root ::= item (\",\" item)*\nitem ::= [a-z]{1,4} | \"(\" root \")\"\n",
        "root ::= \"a\" root \"b\" | \"a\" root \"c\" | ws \"x\"\nws ::= [ \\t\\n]*\n",
        "root ::= (num op)* num # sum\nnum ::= \"-\"? [0-9]+ (\".\" [0-9]{2})?\nop ::= \"+\" | \"*\"\n",
    ];

    private static readonly string[] Patterns =
    [
        "(a|aa)*b{2,5}[^c-e]+", "^(?:[0-9]{3}-)?\\d{4}$", "((x*)*y?){3,}", "[ab]*a[ab]{12}", "(?!no)(?=.*[0-9])\\w+", "\\p{Lu}\\u00e9.|z",
    ];

    [Fact]
    public void Schemas_Mutated_AreRefusedOrFollowed() => Run(1, Schemas, "{}[]\",:0123456789-.truefalsn$#/^*+?", text =>
    {
        var grammar = CompiledGrammar.FromJsonSchema(text, new JsonSchemaOptions { PropertyOrder = text.Length % 2 == 0 ? PropertyOrder.Any : PropertyOrder.Schema });
        return (grammar, (Action<string>)(output => JsonDocument.Parse(output, new JsonDocumentOptions { MaxDepth = 1000 }).Dispose()));
    });

    [Fact]
    public void Grammars_Mutated_AreRefusedOrFollowed() =>
        Run(2, Grammars, "abxroti:=|()[]{}*+?\"\\,.\n 0123456789-^#", text => (CompiledGrammar.FromGbnf(text), _ => { }));

    [Fact]
    public void Patterns_Mutated_AreRefusedOrFollowed() =>
        Run(3, Patterns, "abcxyz()[]{}*+?|\\^$.,0123456789-:=!<dwsup", text => (CompiledGrammar.FromRegex(text), _ => { }));

    [Fact]
    public void PublishedSchemas_Mutated_AreRefusedOrFollowed() => Run(4, MaskBenchTests.SmallSchemasOrSkip(), "{}[]\",:0123456789-.truefalsn$#/^*+?", text =>
        (CompiledGrammar.FromJsonSchema(text), output => JsonDocument.Parse(output, new JsonDocumentOptions { MaxDepth = 1000 }).Dispose()));

    [Theory]
    [InlineData("([ab]*a[ab]{300}){1,200}c")]
    [InlineData("(a?b?c?d?e?f?g?){40,400}(x|y)*z{3,900}")]
    [InlineData("(?=.*a.{90})(?=.*b.{80})(?=.*c.{70})(?!.*d.{60}e).*")]
    public void FillMask_HostilePattern_CostsNoMoreThanItMay(string pattern)
    {
        CompiledGrammar grammar;
        try
        {
            grammar = CompiledGrammar.FromRegex(pattern);
        }
        catch (GrammarException)
        {
            return;
        }
        var random = new Random(1);
        var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
        var mask = new ulong[GrammarProbe.Vocabulary.MaskLength];
        for (var step = 0; step < 30 && !matcher.MustEnd; step++)
        {
            var before = grammar.Work;
            matcher.FillMask(mask);
            Assert.InRange(grammar.Work - before, 0, 6_000_000);
            var allowed = Enumerable.Range(0, GrammarProbe.Vocabulary.Size)
                .Where(token => (mask[token >> 6] >> token & 1) != 0 && !GrammarProbe.Vocabulary.EndTokens.Contains(token)).ToArray();
            if (allowed.Length == 0)
                return;
            Assert.True(matcher.Accept(allowed[random.Next(allowed.Length)]));
        }
    }

    private static void Run(int seed, string[] starts, string letters, Func<string, (CompiledGrammar, Action<string>)> compile)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Mutated(random, starts, letters);
            try
            {
                var (grammar, check) = compile(text);
                if (Follow(random, grammar) is { } output)
                    check(output);
                Assert.True(grammar.Work < MaxWork, $"{grammar.Work} steps: {text}");
            }
            catch (GrammarException exception)
            {
                Assert.True(exception.Pointer != null || exception.Column > 0, $"no place: {exception.Message}: {text}");
            }
            catch (Exception exception)
            {
                Assert.Fail($"{text}\n{exception}");
            }
        }
    }

    private static string Mutated(Random random, string[] starts, string letters)
    {
        var text = new StringBuilder(starts[random.Next(starts.Length)]);
        for (var count = random.Next(5); count >= 0; count--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Insert(at, letters[random.Next(letters.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
                    break;
                case 2:
                    text[at] = letters[random.Next(letters.Length)];
                    break;
                case 3:
                    var length = Math.Min(random.Next(1, 20), text.Length - at);
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
                default:
                    var other = starts[random.Next(starts.Length)];
                    text.Insert(at, other.AsSpan(random.Next(other.Length)).ToString());
                    break;
            }
            if (text.Length == 0)
                text.Append(letters[0]);
        }
        return text.ToString();
    }

    /// <returns>The text, if it came to an end and the grammar was not found too costly on the way.</returns>
    private static string? Follow(Random random, CompiledGrammar grammar)
    {
        var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
        var mask = new ulong[GrammarProbe.Vocabulary.MaskLength];
        var output = new List<byte>();
        for (var step = 0; step < Tokens; step++)
        {
            if (!matcher.FillMask(mask))
                return null;
            var allowed = Enumerable.Range(0, GrammarProbe.Vocabulary.Size).Where(token => (mask[token >> 6] >> token & 1) != 0).ToArray();
            Assert.NotEmpty(allowed);
            var token = allowed[random.Next(allowed.Length)];
            if (GrammarProbe.Vocabulary.EndTokens.Contains(token))
                return matcher.CanEnd ? Encoding.UTF8.GetString([.. output]) : null;
            Assert.True(matcher.Accept(token));
            output.AddRange(GrammarProbe.Tokenizer.Bytes(token));
        }
        return null;
    }
}
