using System.Text.Json.Nodes;
using Vibee.Engine.Chat;

namespace Vibee.Engine.Tests.Chat;

public class ChatTemplateTests
{
    private const string ChatMl =
        """
        {%- for message in messages %}
            {{- '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|assistant|>\n' }}
        {%- endif %}
        """;

    [Fact]
    public void Render_Conversation_MakesPrompt()
    {
        var context = Parse("""{"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true}""");
        Assert.Equal("<|user|>\nHi<|end|>\n<|assistant|>\n", ChatTemplate.Compile(ChatMl).Render(context));
    }

    [Fact]
    public void Render_RaiseException_IsTheTemplatesOwnMessage()
    {
        var template = ChatTemplate.Compile("{% if true %}\n  {{ raise_exception('No ' ~ 'system role') }}\n{% endif %}");
        var error = Assert.Throws<TemplateException>(() => template.Render([]));
        Assert.True(error.IsRaised);
        Assert.Equal("No system role", error.Message);
        Assert.Equal((2, 21), (error.Line, error.Column));
    }

    [Fact]
    public void Render_Fault_SaysWhere()
    {
        var template = ChatTemplate.Compile("a\n{{ 1 }} {{ x.y }}");
        var error = Assert.Throws<TemplateException>(() => template.Render([]));
        Assert.Equal(TemplateErrorKind.Runtime, error.Kind);
        Assert.False(error.IsRaised);
        Assert.Equal("'x' is undefined", error.Message);
        Assert.Equal((2, 13), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("{% for x in %}", 1, 13)]
    [InlineData("a\n  {{ 1 + }}", 2, 10)]
    [InlineData("{% if x %}\n{% endfor %}", 2, 4)]
    [InlineData("{{ 'x", 1, 4)]
    [InlineData("{{ x | nosuch }}", 1, 8)]
    [InlineData("{{ x is nosuch }}", 1, 9)]
    [InlineData("{% break %}", 1, 4)]
    [InlineData("{{ (1] }}", 1, 6)]
    [InlineData("{% extends 'x' %}", 1, 4)]
    [InlineData("{{ x", 1, 5)]
    [InlineData("{% raw %} x", 1, 1)]
    public void Compile_BadSource_SaysWhere(string source, int line, int column)
    {
        var error = Assert.Throws<TemplateException>(() => ChatTemplate.Compile(source));
        Assert.Equal(TemplateErrorKind.Syntax, error.Kind);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void Render_StrftimeNow_GoesByTheGivenClock()
    {
        var template = ChatTemplate.Compile("{{ strftime_now('%d %b %Y %H:%M') }}");
        Assert.Equal("31 Dec 1999 23:59", template.Render([], new FixedTime(new DateTime(1999, 12, 31, 23, 59, 0))));
    }

    [Fact]
    public void Render_ContextVariableNamedLikeAFunction_WinsOverIt()
    {
        var template = ChatTemplate.Compile("{{ range }}");
        Assert.Equal("mine", template.Render(new JsonObject { ["range"] = "mine" }));
    }

    [Fact]
    public void Render_NumbersMadeInCode_KeepTheirType()
    {
        var context = new JsonObject { ["i"] = 1, ["l"] = 5000000000L, ["d"] = 1.0, ["f"] = 0.5f, ["u"] = ulong.MaxValue };
        Assert.Equal("1 5000000000 1.0 0.5 18446744073709551615",
            ChatTemplate.Compile("{{ i }} {{ l }} {{ d }} {{ f }} {{ u }}").Render(context));
    }

    [Fact]
    public void Render_HalfASurrogatePairInTheContext_IsATemplateException()
    {
        var context = Parse("""{"x": "\ud800"}""");
        Assert.Throws<TemplateException>(() => ChatTemplate.Compile("{{ x }}").Render(context));
    }

    [Fact]
    public void Render_OnManyThreads_GivesEachItsOwn()
    {
        var template = ChatTemplate.Compile(
            "{% set ns = namespace(t='') %}{% macro m(x) %}[{{ x }}]{% endmacro %}"
            + "{% for i in range(n) %}{% set ns.t = ns.t ~ m(i) %}{% endfor %}{{ ns.t }}");
        Parallel.For(0, 200, n =>
        {
            var expected = string.Concat(Enumerable.Range(0, n).Select(i => $"[{i}]"));
            Assert.Equal(expected, template.Render(new JsonObject { ["n"] = n }));
        });
    }

    [Fact]
    public void Reads_VariablesOfTheContext_KnowsThem()
    {
        var template = ChatTemplate.Compile(
            "{% set a = tools %}{{ a }}{% for m in messages %}{{ m.name }}{% endfor %}"
            + "{% macro f(x) %}{{ x }}{{ enable_thinking }}{% endmacro %}");
        Assert.True(template.Reads("tools"));
        Assert.True(template.Reads("messages"));
        Assert.True(template.Reads("enable_thinking"));
        Assert.False(template.Reads("a"));
        Assert.False(template.Reads("m"));
        Assert.False(template.Reads("x"));
        Assert.True(template.Mentions("name"));
        Assert.False(template.Mentions("reasoning_content"));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
