using Vibee.Engine.Grammar;

namespace Vibee.Engine.Tests.Grammar;

public class GbnfTests
{
    private const string Json = """
        # values of all kinds
        root   ::= object
        value  ::= object | array | string | number | ("true" | "false" | "null") ws
        object ::=
          "{" ws (
                    string ":" ws value
            ("," ws string ":" ws value)*
          )? "}" ws
        array  ::= "[" ws ( value ("," ws value)* )? "]" ws
        string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\"" ws
        number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
        ws ::= | " " | "\n" [ \t]{0,20}
        """;

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a": [1, 2.5, {"b": null}], "é": "x\n"}""")]
    public void FromGbnf_JsonGrammar_AcceptsJson(string text) => GrammarProbe.CheckMasks(CompiledGrammar.FromGbnf(Json), text);

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"a": }""")]
    [InlineData("""{"a": 1,}""")]
    [InlineData("""{"a": 1""")]
    public void FromGbnf_JsonGrammar_RefusesWhatIsNot(string text) => Assert.False(GrammarProbe.Accepts(CompiledGrammar.FromGbnf(Json), text));

    [Theory]
    [InlineData("root ::= \"(\" root \")\" | \"x\"", "((x))", "((x)")]
    [InlineData("root ::= a+\na ::= \"a\" | \"(\" root \")\"", "a(aa)a", "a(")]
    [InlineData("root ::= (\"(\" root? \")\"){2,3}", "()(()())()", "()")]
    [InlineData("root ::= [a-z]+ \" \" .", "abc 日", "abc ")]
    [InlineData("root ::= \"\\u00e9\" [\\x41-\\U00000043] \"\\n\"", "éB\n", "éD\n")]
    [InlineData("root ::= e (\"+\" e)*\ne ::= n | \"(\" root \")\"\nn ::= [0-9]+ # digits", "(1+22)+3", "1+")]
    [InlineData("root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"x\"", "aaaaaaaaaaaaaaaaaaaaxbcbcbcbcbcbcbcbcbcbc", "aax")]
    public void FromGbnf_Grammar_AcceptsItsTexts(string grammar, string accepted, string refused)
    {
        var compiled = CompiledGrammar.FromGbnf(grammar);

        GrammarProbe.CheckMasks(compiled, accepted);
        Assert.False(GrammarProbe.Accepts(compiled, refused));
    }

    [Theory]
    [InlineData("root ::= a", 1, 10, "'a' is not defined")]
    [InlineData("root ::= \"a\nb", 2, 2, "does not end")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", 2, 5, "defined twice")]
    [InlineData("root ::= root \"a\" | \"b\"", 1, 1, "begins with itself")]
    [InlineData("root ::= x root\nx ::= \"a\"?", 1, 1, "begins with itself")]
    [InlineData("root ::= \"a\" root", 1, 1, "no text satisfies")]
    [InlineData("root = \"a\"", 1, 6, "expected ::=")]
    [InlineData("root ::= (\"a\"", 1, 14, "expected ')'")]
    [InlineData("root ::= \"\\q\"", 1, 13, "escape")]
    [InlineData("root ::= \"a\"{3,1}", 1, 18, "minimum")]
    public void FromGbnf_Mistake_IsNamedWithItsPlace(string grammar, int line, int column, string expected)
    {
        var problem = Assert.Throws<GrammarException>(() => CompiledGrammar.FromGbnf(grammar));

        Assert.Contains(expected, problem.Message);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void FromGbnf_NoRoot_IsRefused() =>
        Assert.Contains("'root'", Assert.Throws<GrammarException>(() => CompiledGrammar.FromGbnf("a ::= \"a\"")).Message);

    [Fact]
    public void AcceptBytes_NestingWithoutEnd_StopsAtALimit()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.FromGbnf("root ::= \"(\" root \")\" | \"x\""), GrammarProbe.Vocabulary);
        var depth = 0;

        while (depth < 10_000 && matcher.AcceptBytes("("u8))
            depth++;

        Assert.InRange(depth, 100, 9_999);
        Assert.True(matcher.AcceptBytes("x"u8));
    }
}
