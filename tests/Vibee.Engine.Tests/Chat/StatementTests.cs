namespace Vibee.Engine.Tests.Chat;

/// <summary>Blocks: loops, macros, assignments and what is visible where. Expected values are what jinja2 prints.</summary>
public class StatementTests
{
    [Theory]
    [InlineData("{{ users|groupby('age') }} {% for g, l in users|groupby('addr.city') %}{{ g }}:{{ l|length }} {% endfor %} {% for g in users|groupby('age') %}{{ g.grouper }}={{ g.list|length }};{% endfor %}",
        "[(25, [{'name': 'amy', 'age': 25, 'addr': {'city': 'Y'}}]), (30, [{'name': 'Bob', 'age': 30, 'addr': {'city': 'X'}}, {'name': 'Cid', 'age': 30, 'addr': {'city': 'X'}}])] X:2 Y:1  25=1;30=2;")]
    [InlineData("{% if false %}{{ 1|nosuch }}{% endif %}ok", "ok")]
    [InlineData("{% for x in xs %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ ',' if not loop.last }}{% endfor %}",
        "1/3:3,2/3:1,3/3:2")]
    [InlineData("{% for x in xs %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.depth }}{{ loop.depth0 }}[{{ loop.previtem }}|{{ loop.nextitem }}]{{ loop.cycle('a','b') }}{{ loop.changed(x > 1) }};{% endfor %}",
        "032TrueFalse10[|1]aTrue;121FalseFalse10[3|2]bTrue;210FalseTrue10[1|]aTrue;")]
    [InlineData("{% for x in empty %}x{% else %}none{% endfor %} {% for x in xs if x > 5 %}x{% else %}none{% endfor %} {% for x in xs %}{% break %}{% else %}E{% endfor %}",
        "none none E")]
    [InlineData("{% for x in xs if x != 1 %}{{ loop.index }}{{ x }}{{ loop.last }}{{ loop.length }}{% endfor %}",
        "13False222True2")]
    [InlineData("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}",
        "a=1;b=[1, 2];items=shadow;x y=3;abitemsx y")]
    [InlineData("{% for a, b in [(1,2),(3,4)] %}{{ a }}{{ b }}{% endfor %}{% for a, (b, c) in [(1,(2,3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
        "1234123")]
    [InlineData("{% for c in 'aé🦙' %}[{{ c }}]{% endfor %}{% for x in undefd %}{% else %}E{% endfor %}", "[a][é][🦙]E")]
    [InlineData("{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}",
        "02")]
    [InlineData("{% set x = 1 %}{% for i in xs %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "4 2 3 1")]
    [InlineData("{% set ns = namespace(c=0, l=[]) %}{% for i in xs %}{% set ns.c = ns.c + i %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.c }} {{ ns.l }} {{ ns.zz }}| {{ ns['c'] }} {{ ns }}",
        "6 [3, 1, 2] | 6 <Namespace {'c': 6, 'l': [3, 1, 2]}>")]
    [InlineData("{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, e) = [3, 4] %}{{ c }}{{ e }}{% set z = 1, 2 %}{{ z }}",
        "1234(1, 2)")]
    [InlineData("{% set x %}  block {{ n }} {% endset %}[{{ x }}]{% set y | upper | trim %} abc {% endset %}[{{ y }}]",
        "[  block 5 ][ABC]")]
    [InlineData("{% if false %}{% set name = 'inner' %}{% endif %}{{ name }} {% if true %}{% set name = 'inner' %}{% endif %}{{ name }}",
        "World inner")]
    [InlineData("{% if n == 1 %}a{% elif n == 5 %}b{% else %}c{% endif %}{% if not t %}x{% endif %}", "b")]
    [InlineData("{% macro m(a, b=2, c=a) %}{{ a }}-{{ b }}-{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=5, a=0) }}{{ m() }}{{ m.name }} {{ m.arguments }}",
        "1-2-1;1-3-1;0-5-0;-2-;m ('a', 'b', 'c')")]
    [InlineData("{% macro m() %}{{ varargs }} {{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "(1, 2) {'x': 3}")]
    [InlineData("{% macro m(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call m('b') %}in {{ n }}{% endcall %}",
        "<b>in 5</b>")]
    [InlineData("{% macro m(xs) %}{% for x in xs %}{{ caller(x) }};{% endfor %}{% endmacro %}{% call(y) m([1,2]) %}[{{ y }}]{% endcall %}",
        "[1];[2];")]
    [InlineData("{% macro m() %}{{ caller is defined }}{{ caller }}{% endmacro %}{{ m() }}", "False")]
    [InlineData("{% macro fact(k) %}{{ 1 if k <= 1 else k * (fact(k - 1)|int) }}{% endmacro %}{{ fact(5) }}", "120")]
    [InlineData("{% set g = 1 %}{% macro m() %}{{ g }}{% set g = 5 %}{{ g }}{% endmacro %}{{ m() }}{% set g = 2 %}{{ m() }}{{ g }}",
        "15252")]
    [InlineData("{% macro m() %}{{ late }}{% endmacro %}{% set late = 'L' %}{{ m() }}", "L")]
    [InlineData("{% for i in [1,2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "12")]
    [InlineData("{% for i in [1] %}{{ later }}{% endfor %}{% set later = 3 %}", "")]
    [InlineData("{% for i in [1,2] %}{{ q }}{% set q = i %}{{ q }}{% endfor %}{{ q }}", "12")]
    [InlineData("{% filter upper %}abc {{ name }}{% endfilter %}{% filter replace('a','b')|upper %}aaa{% endfilter %}",
        "ABC WORLDBBB")]
    [InlineData("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}{% set a = 5 %}{% with a = 1, b = a %}{{ b }}{% endwith %}",
        "35")]
    [InlineData("{% for x in [[1,[2,[3]]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}",
        "(1@2(2@3(3@4)))")]
    [InlineData("{% for m in messages recursive %}{{ m.role }}{{ loop.index }}{% if m.kids %}{{ loop(m.kids) }}{% endif %}{% endfor %}",
        "user1assistant2")]
    [InlineData("{% raw %}{{ not }} {% if %}{% endraw %} {#- comment -#} x {# c #}", "{{ not }} {% if %}x ")]
    [InlineData("{% generation %}{{ n }}{% set inside = 1 %}{% endgeneration %}{{ inside }}", "5")]
    [InlineData("{{ cycler('a','b').next() }}{% set c = cycler(1,2) %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set j = joiner('|') %}{{ j() }}a{{ j() }}b{{ dict(a=1, b=2) }}{{ dict({'x':1}, y=2) }}{{ dict([('p',1)]) }}",
        "a1212a|b{'a': 1, 'b': 2}{'x': 1, 'y': 2}{'p': 1}")]
    [InlineData("{% for u in users|sort(attribute='age', reverse=true) %}{{ u.name }}{% endfor %}{% for u in users|selectattr('age', '>', 26)|rejectattr('name', 'in', ['Bob']) %}{{ u.name }}{% endfor %}",
        "BobCidamyCid")]
    [InlineData("{% print n %}{% print 'x', 1 %}", "5x1")]
    [InlineData("{% set loop = 1 %}{{ loop }}", "1")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}", "B")]
    [InlineData("{% set x = namespace(a=namespace(b=1)) %}{{ x.a.b }}", "1")]
    [InlineData("{% set ns = namespace() %}{% set ns.f = 1 %}{% if ns.f is defined and ns.g is not defined %}ok{% endif %}",
        "ok")]
    [InlineData("{% set it = xs|map('string') %}{{ it|list }}{{ it|list }}", "['3', '1', '2'][]")]
    [InlineData("{% for a in xs|map('string') %}{{ loop.index }}{{ loop.last }}{{ a }}{% endfor %}{% for a in xs|map('string') %}{{ loop.length }}{{ loop.revindex }}{% endfor %}",
        "1False32False13True2333231")]
    [InlineData("{% set ns = namespace(k=true) %}{% for x in xs if ns.k %}{{ x }}{% set ns.k = false %}{% endfor %}",
        "3")]
    [InlineData("{% set ns = namespace(k=true) %}{% for x in xs if ns.k %}{{ x }}{{ loop.last }}{% set ns.k = false %}{% endfor %}",
        "3False1True")]
    [InlineData("{% macro f(x) %}{% if x %}{{ x }}{% else %}{% endif %}{% endmacro %}{{ f('') }}|{{ f('q')|length }}|{{ f(1) + 'x' }}",
        "|1|1x")]
    [InlineData("{% macro f() %} a {% endmacro %}{{ f()|trim }}{{ f().strip() }}", "aa")]
    [InlineData("{% set x = 5 if n == 5 %}{{ x }}{% set y = 5 if n == 4 %}{{ y is defined }}", "5False")]
    [InlineData("{{ not_a_tag }}{{ '{{' }}{{ '}}' }}{{ '{%' }}{{ \"%}\" }}{{ {'a': {'b': {}}} }}",
        "{{}}{%%}{'a': {'b': {}}}")]
    [InlineData("{% for a in [1,2] %}{% for b in [3] %}{{ loop.index }}{{ a }}{% endfor %}{{ loop.index }}{% endfor %}",
        "111122")]
    [InlineData("{% for x in xs %}{% if loop.first %}{% set q = x %}{% endif %}{{ q }}{% endfor %}", "3")]
    [InlineData("{% set q = 'o' %}{% for x in xs %}{% if loop.index == 2 %}{% set q = x %}{% endif %}{{ q }}{% endfor %}{{ q }}",
        "o1oo")]
    [InlineData("{% if n == 5 %}{% set z = 1 %}{% else %}{% set z = 2 %}{% endif %}{{ z }}", "1")]
    [InlineData("{% if n == 6 %}{% set n = 1 %}{% endif %}{% for i in [1] %}{{ n }}{% if false %}{% set n = 9 %}{% endif %}{{ n }}{% endfor %}",
        "55")]
    [InlineData("{% macro outer() %}{% macro inner(x) %}<{{ x }}{{ n }}>{% endmacro %}{{ inner(1) }}{% endmacro %}{{ outer() }}",
        "<15>")]
    [InlineData("{% macro m() %}{% set n = 3 %}{% for i in [1] %}{{ n }}{% set n = 4 %}{{ n }}{% endfor %}{{ n }}{% endmacro %}{{ m() }}{{ n }}",
        "3435")]
    [InlineData("{% set ns = namespace(a=1) %}{% macro inc() %}{% set ns.a = ns.a + 1 %}{% endmacro %}{{ inc() }}{{ inc() }}{{ ns.a }}",
        "3")]
    [InlineData("{% with %}{% set w = 1 %}{{ w }}{% endwith %}{{ w }}", "1")]
    [InlineData("{% set x %}{% set inner = 1 %}{{ inner }}{% endset %}{{ x }}{{ inner }}", "1")]
    [InlineData("{% filter trim %}  {% set v = 2 %}{{ v }}  {% endfilter %}{{ v }}", "2")]
    [InlineData("{% for i in range(3) %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% else %}E{% endfor %}", "02")]
    [InlineData("{% for i in [1] %}{% continue %}{% else %}E{% endfor %}", "E")]
    [InlineData("{% for i in range(3) %}{% for j in range(3) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
        "00 10 20 ")]
    [InlineData("{% for k, v in {'b':1,'a':2}|dictsort %}{{ k }}{{ v }}{% endfor %}{% for k, v in d|items %}{{ k }}{% endfor %}",
        "a2b1abitemsx y")]
    [InlineData("{% for u in users if u.age > 25 %}{{ loop.index }}{{ u.name }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "1Bob, 2Cid")]
    [InlineData("{% for u in users|sort(attribute='name') recursive %}{{ u.name }}{{ loop.depth0 }}{% endfor %}",
        "amy0Bob0Cid0")]
    [InlineData("{% macro f(a, b='x') %}{{ a }}{{ b }}{{ kwargs }}{{ varargs }}{% endmacro %}{{ f(1, 2, 3, 4, z=5) }}{{ f(*[1,2,3]) }}{{ f(**{'a': 1, 'q': 2}) }}{{ f(1, *[2], **{'k': 3}) }}",
        "12{'z': 5}(3, 4)12{}(3,)1x{'q': 2}()12{'k': 3}()")]
    [InlineData("{% macro f(a) %}{{ a is defined }}{{ a }}{% endmacro %}{{ f() }}|{{ f(none) }}", "False|TrueNone")]
    [InlineData("{% macro f(a=n) %}{{ a }}{% endmacro %}{% set n = 7 %}{{ f() }}", "7")]
    [InlineData("{% macro f() %}{{ caller('x', y='z') }}{% endmacro %}{% call(a, y='q') f() %}{{ a }}{{ y }}{% endcall %}",
        "xz")]
    [InlineData("{% macro f() %}{% if caller %}{{ caller() }}{% else %}none{% endif %}{% endmacro %}{{ f() }}{% call f() %}C{% endcall %}",
        "noneC")]
    [InlineData("{% set ns = namespace(x=1) %}{% set ns.x, y = 5, 6 %}{{ ns.x }}{{ y }}", "56")]
    [InlineData("{% set ns = namespace(d={}) %}{% set ns.d = dict(ns.d, a=1) %}{% set ns.d = dict(ns.d, **{'b': 2}) %}{{ ns.d }}",
        "{'a': 1, 'b': 2}")]
    [InlineData("{% for x in 'ab' recursive %}{{ x }}{{ loop.index }}{% endfor %}{% for k in {'a':{'b':{}}}.items() recursive %}{{ k[0] }}{% if k[1] %}>{{ loop(k[1].items()) }}{% endif %}{% endfor %}",
        "a1b2a>b")]
    [InlineData("{% for x in xs %}{{ loop }}{% endfor %}", "<LoopContext 1/3><LoopContext 2/3><LoopContext 3/3>")]
    [InlineData("{% for x in xs %}{{ loop.foo is defined }}{{ loop['index'] }}{{ loop.changed(1) }}{% endfor %}",
        "False1TrueFalse2FalseFalse3False")]
    [InlineData("{% for x in xs|reverse %}{{ x }}{{ loop.revindex }}{% endfor %}{% for x in xs|batch(2) %}{{ x }}{% endfor %}{% for x in d.keys() %}{{ loop.last }}{% endfor %}{% for x in range(2) %}{{ loop.length }}{% endfor %}",
        "231231[3, 1][2]FalseFalseFalseTrue22")]
    [InlineData("{% if messages[0]['role'] == 'system' %}S{% set loop_messages = messages[1:] %}{% else %}{% set loop_messages = messages %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alt') }}{% endif %}{{ message['content'].strip() }}{% endfor %}",
        "HiYo")]
    public void Render_Statement_EqualsReference(string template, string expected) =>
        Assert.Equal(expected, TemplateContext.Render(template));
}
