using System.Diagnostics;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat;

namespace Vibee.Engine.Tests.Chat;

public class HostileTemplateTests
{
    // Tuples of 2^150 leaves, out of 150 steps.
    private const string Tree =
        "{% set ns = namespace(x=(1,), y=(1,)) %}"
        + "{% for i in range(150) %}{% set ns.x = (ns.x, ns.x) %}{% set ns.y = (ns.y, ns.y) %}{% endfor %}";

    private const string Text = "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}";

    [Theory]
    [InlineData("{% for i in range(10**9) %}x{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% set x = [i, j, {'a': i}] %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{{ range(100000) | sort }}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{{ range(100000) | map('string') | select | max }}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='a') %}{% for i in range(1000) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=['a']) %}{% for i in range(1000) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=['a']) %}{% for i in range(1000) %}{% set ns.x = [ns.x] %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(1000) %}{% set ns.x = ns.x | map('string') %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=3) %}{% for i in range(1000) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = [ns, ns] %}{{ ns }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro m() %}{% for i in [1, 2] %}{{ m() }}{% endfor %}{% endmacro %}{{ m() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData(Tree + "{{ ns.x }}")]
    [InlineData(Tree + "{{ ns.x | tojson }}")]
    [InlineData(Tree + "{{ ns.x == ns.y }}")]
    [InlineData(Tree + "{{ ns.x < ns.y }}")]
    [InlineData(Tree + "{{ {ns.x: 1} }}")]
    [InlineData(Tree + "{{ {1: 2}[ns.x] }}")]
    [InlineData(Tree + "{{ ns.x in {1: 2} }}")]
    [InlineData(Tree + "{{ [ns.x, 1] | unique | list }}")]
    [InlineData(Tree + "{{ [ns.x].index(ns.y) }}")]
    [InlineData(Tree + "{{ {}.fromkeys([ns.x]) }}")]
    [InlineData(Text + "{% set x = s.upper() %}{% endfor %}")]
    [InlineData(Text + "{% set x = s == s[:-1] ~ 'a' %}{% endfor %}")]
    [InlineData(Text + "{% set x = s.split('a') %}{% endfor %}")]
    [InlineData(Text + "{% set x = s.find('aaaaaaaaab') %}{% endfor %}")]
    [InlineData(Text + "{% set x = s | tojson %}{% endfor %}")]
    [InlineData(Text + "{% set x = {s: 1}[s] %}{% endfor %}")]
    [InlineData(Text + "{% set x = s is lower %}{% endfor %}")]
    [InlineData("{{ 'a' * 10**10 }}")]
    [InlineData("{{ [0] * 1000000000 }}")]
    [InlineData("{{ 10 ** 10 ** 100 }}")]
    [InlineData("{{ '%1000000000d' % 5 }}")]
    [InlineData("{{ '{:1000000000}'.format(5) }}")]
    [InlineData("{{ 'a'.center(10**9) }}")]
    [InlineData("{{ 'a' | indent(10**9, true) }}")]
    [InlineData("{{ 'a' | tojson(indent=10**9) }}")]
    [InlineData("{{ ('a' * 100000).replace('a', 'b' * 100000) }}")]
    [InlineData("{{ range(100000) | join('b' * 100000) }}")]
    [InlineData("{{ [1] | batch(10**9, 0) | list }}")]
    [InlineData("{{ [1] | slice(10**9) | list }}")]
    [InlineData("{{ strftime_now('%c' * 1000000) }}")]
    public void Render_Bomb_EndsInLimitSoon(string source)
    {
        var template = ChatTemplate.Compile(source);
        // Once for the code to be jitted, once for the clock; the bound is lax because test machines are busy.
        Assert.Throws<TemplateException>(() => template.Render([]));
        var clock = Stopwatch.StartNew();
        var error = Assert.Throws<TemplateException>(() => template.Render([]));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
        Assert.Equal(TemplateErrorKind.Limit, error.Kind);
        Assert.Equal(1, error.Line);
    }

    public static TheoryData<string> DeepSources => new()
    {
        "{{ " + new string('(', 50_000) + "1" + new string(')', 50_000) + " }}",
        "{{ " + new string('[', 50_000) + "1" + new string(']', 50_000) + " }}",
        "{{ " + new string('-', 100_000) + "1 }}",
        "{{ " + Repeat("not ", 50_000) + "1 }}",
        "{{ 1" + Repeat(" + 1", 50_000) + " }}",
        "{{ 1" + Repeat(" and 1", 40_000) + " }}",
        "{{ 1" + Repeat(" if 1 else 1", 20_000) + " }}",
        "{{ a" + Repeat(".b", 100_000) + " }}",
        "{{ a" + Repeat("[0]", 80_000) + " }}",
        "{{ a" + Repeat("()", 100_000) + " }}",
        "{{ 1" + Repeat(" | abs", 40_000) + " }}",
        Repeat("{% if 1 %}", 10_000) + Repeat("{% endif %}", 10_000),
        Repeat("{% for i in [1] %}", 8_000) + Repeat("{% endfor %}", 8_000),
        "{% for " + new string('(', 50_000) + "a" + new string(')', 50_000) + " in x %}{% endfor %}",
        Repeat("{{ ", 80_000),
        Repeat("{% raw %}", 20_000),
        Repeat("{# ", 80_000),
    };

    [Theory]
    [MemberData(nameof(DeepSources))]
    public void Compile_DeeplyNestedSource_IsSyntaxError(string source)
    {
        var error = Assert.Throws<TemplateException>(() => ChatTemplate.Compile(source));
        Assert.Equal(TemplateErrorKind.Syntax, error.Kind);
    }

    [Fact]
    public void Compile_HugeSource_IsRefused()
    {
        var error = Assert.Throws<TemplateException>(() => ChatTemplate.Compile(new string('x', 10_000_000)));
        Assert.Equal(TemplateErrorKind.Limit, error.Kind);
    }

    [Fact]
    public void Render_DeepestAllowedTemplateOnSmallStack_EndsInLimit()
    {
        var source = "{% macro m(x) %}" + Repeat("{% for i in [1] %}", 60) + "{{ " + Repeat("[", 70) + "m(x)"
            + Repeat("]", 70) + " }}" + Repeat("{% endfor %}", 60) + "{% endmacro %}{{ m(1) }}";
        TemplateException? error = null;
        var thread = new Thread(() => error = Assert.Throws<TemplateException>(
            () => ChatTemplate.Compile(source).Render([])), maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        Assert.Equal(TemplateErrorKind.Limit, error!.Kind);
    }

    [Fact]
    public void Render_DeepContext_IsRefused()
    {
        JsonNode node = new JsonArray();
        for (var i = 0; i < 500; i++)
            node = new JsonArray(node);
        var error = Assert.Throws<TemplateException>(
            () => ChatTemplate.Compile("{{ x }}").Render(new JsonObject { ["x"] = node }));
        Assert.Equal(TemplateErrorKind.Limit, error.Kind);
        Assert.Equal(0, error.Line);
    }

    [Fact]
    public void Render_LongConversation_IsNoAttack()
    {
        var messages = new JsonArray();
        for (var i = 0; i < 5000; i++)
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = new string('x', 1000) });
        var template = ChatTemplate.Compile(
            "{% for m in messages %}{{ '<' ~ m.role ~ '>' + m.content | trim + '\\n' if m.content is string }}{% endfor %}");
        Assert.Equal(5000 * 1007, template.Render(new JsonObject { ["messages"] = messages }).Length);
    }

    [Theory]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ x.__init__.__globals__ }}")]
    [InlineData("{{ '{0.__class__.__mro__}'.format(1) }}")]
    [InlineData("{{ (1).GetType().Assembly }}")]
    [InlineData("{{ ''.GetType() }}")]
    [InlineData("{{ range.__globals__.x }}")]
    [InlineData("{{ ([] | attr('__class__')).__mro__ }}")]
    [InlineData("{{ x.append(1) }}")]
    [InlineData("{{ {}.update({'a': 1}) }}")]
    public void Render_ReachingForTheHost_Fails(string source)
    {
        var context = new JsonObject { ["x"] = new JsonArray(1) };
        Assert.Throws<TemplateException>(() => ChatTemplate.Compile(source).Render(context));
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
