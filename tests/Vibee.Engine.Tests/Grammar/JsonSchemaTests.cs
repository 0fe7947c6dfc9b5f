using Vibee.Engine.Grammar;
using Vibee.Engine.Grammar.JsonSchema;

namespace Vibee.Engine.Tests.Grammar;

public class JsonSchemaTests
{
    [Theory]
    [InlineData("""true""", """null|[1, "a"]|{"a": {"b": []}}|"x"|-1.5e+10""", """{|nul|01|1.|[1,]|"\ud800"|{"a" 1}""")]
    [InlineData("""{"type": ["string", "null"]}""", "\"a\"|null|\"日本🦙\"|\"\\n\\u0041\\ud83d\\ude00\"", "1|true|\"\\x\"|\"\\ud83d\"|\"a")]
    [InlineData("""{"type": "integer", "minimum": -5, "maximum": 120}""", "-5|0|7|99|120", "-6|121|1.5|-0|007|1e2")]
    [InlineData("""{"type": "number", "exclusiveMinimum": 0.25, "maximum": 3.5}""", "0.3|0.251|1|3.5|3.50|2.75", "0.25|0.2|3.51|4|-1|.5")]
    [InlineData("""{"type": "number", "minimum": 0, "maximum": 1}""", "0|0.5|1|1e-05|1.0", "1.01|-0.1|1e5")]
    [InlineData("""{"type": "number", "exclusiveMaximum": -1.5}""", "-1.51|-2|-100", "-1.5|0|1")]
    [InlineData("""{"type": "integer", "multipleOf": 7, "minimum": 10}""", "14|21|7000", "7|15|20|7001")]
    [InlineData("""{"type": "number", "multipleOf": 0.05}""", "0.05|1|2.15|-0.1|3.10", "0.01|0.125|1.07")]
    [InlineData("""{"type": "integer", "not": {"multipleOf": 3}}""", "1|2|10", "3|9|0|12")]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 3}""", "\"ab\"|\"日本語\"|\"a\\n\"", "\"a\"|\"abcd\"")]
    [InlineData("""{"type": "string", "pattern": "^[a-z]+-\\d$"}""", "\"ab-1\"", "\"ab1\"|\"-1\"|\"xab-1 \"")]
    [InlineData("""{"type": "string", "pattern": "b", "maxLength": 3}""", "\"abc\"|\"b\"", "\"a\"|\"aabb\"")]
    [InlineData("""{"type": "string", "format": "date-time"}""", "\"2024-02-29T12:30:00Z\"|\"1999-12-31T23:59:59.5+01:00\"", "\"2023-02-29T12:30:00Z\"|\"2024-02-29 12:30:00Z\"|\"2024-01-01\"|\"2024-01-01T25:00:00Z\"")]
    [InlineData("""{"type": "string", "format": "uuid"}""", "\"123e4567-e89b-12d3-a456-426614174000\"", "\"123e4567e89b12d3a456426614174000\"")]
    [InlineData("""{"type": "string", "format": "email"}""", "\"a.b@example.org\"", "\"a@\"|\"a b@c\"")]
    [InlineData("""{"type": "string", "format": "ipv4"}""", "\"127.0.0.1\"", "\"256.0.0.1\"|\"1.2.3\"")]
    [InlineData("""{"type": "string", "format": "ipv6"}""", "\"::1\"|\"fe80::1:2\"|\"1:2:3:4:5:6:7:8\"", "\"1:2\"|\"1::2::3\"|\"12345::\"")]
    [InlineData("""{"type": "string", "format": "uri"}""", "\"https://example.org/a?b=c#d\"|\"urn:isbn:1\"", "\"example\"|\"http://a b\"")]
    [InlineData("""{"enum": ["a", 1, null, {"b": [true]}]}""", "\"a\"|1|null|{\"b\": [true]}", "\"b\"|2|{\"b\": [false]}|{}")]
    [InlineData("""{"const": {"a": 1.5}}""", "{\"a\": 1.5}", "{\"a\": 1}|{}")]
    public void FromJsonSchema_Scalars_AreExact(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Theory]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["a"], "additionalProperties": false}""",
        """{"a": 1}|{"a": 1, "b": "x"}|{"b": "x", "a": 1}""", """{}|{"b": "x"}|{"a": 1, "c": 2}|{"a": 1, "a": 2}|{"a": "x"}""")]
    [InlineData("""{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}}""",
        """{"a": 1, "x": "y", "ab": "z"}|{"aa": "x"}|[]""", """{"a": "x"}|{"b": 1}|{"\u0061": "x"}""")]
    [InlineData("""{"type": "object", "patternProperties": {"^n_": {"type": "number"}, "_s$": {"type": "string"}}, "additionalProperties": false}""",
        """{"n_1": 2, "a_s": "x"}|{}""", """{"n_1": "x"}|{"x": 1}|{"n_s": 1}""")]
    [InlineData("""{"type": "object", "propertyNames": {"pattern": "^[ab]+$"}, "minProperties": 1, "maxProperties": 2}""",
        """{"a": 1}|{"ab": 1, "b": 2}""", """{}|{"c": 1}|{"a": 1, "b": 2, "ab": 3}""")]
    [InlineData("""{"type": "object", "required": ["x"]}""", """{"x": 1}|{"a": 1, "x": 2}""", """{}|{"a": 1}""")]
    [InlineData("""{"type": "object", "dependentRequired": {"a": ["b"]}}""", """{}|{"b": 1}|{"b": 1, "a": 2}|{"a": 1, "b": 2}""", """{"a": 1}""")]
    [InlineData("""{"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}""", "[1]|[1, 2, 3]", "[]|[1, 2, 3, 4]|[\"a\"]|[1,]")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}""", "[]|[\"a\"]|[\"a\", 1]", "[1]|[\"a\", 1, 2]")]
    [InlineData("""{"type": "array", "contains": {"const": 5}, "maxContains": 2}""", "[5]|[1, 5, 2]|[5, 5]", "[]|[1]|[5, 5, 5]")]
    [InlineData("""{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {"v": {"type": "integer"}, "c": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["v"], "additionalProperties": false}}}""",
        """{"v": 1}|{"v": 1, "c": [{"v": 2, "c": []}, {"v": 3}]}""", """{}|{"v": 1, "c": [{}]}""")]
    public void FromJsonSchema_Containers_AreExact(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Theory]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 5}]}""", "\"a\"|5", "4|null")]
    [InlineData("""{"allOf": [{"type": "integer", "minimum": 5}, {"maximum": 7}]}""", "5|7", "4|8|\"a\"")]
    [InlineData("""{"oneOf": [{"type": "integer", "minimum": 5}, {"type": "integer", "maximum": 7}]}""", "4|8", "5|6|7")]
    [InlineData("""{"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}""", """{"a": 1}|{"b": 1}""", """{}|{"a": 1, "b": 2}""")]
    [InlineData("""{"not": {"type": ["string", "object"]}}""", "1|[]|null", "\"a\"|{}")]
    [InlineData("""{"type": "object", "not": {"required": ["a"]}}""", """{}|{"b": 1}""", """{"a": 1}""")]
    [InlineData("""{"type": "string", "not": {"enum": ["a", "b"]}}""", "\"c\"|\"ab\"|\"\"", "\"a\"|\"b\"|\"\\u0061\"")]
    [InlineData("""{"type": "array", "not": {"items": {"type": "integer"}}}""", "[\"a\"]|[1, null]", "[]|[1, 2]")]
    [InlineData("""{"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"required": ["a"]}, "else": {"required": ["b"]}, "type": "object"}""",
        """{"k": 1, "a": 1}|{"b": 1}|{"k": 2, "b": 1}""", """{"k": 1}|{"k": 2, "a": 1}|{}""")]
    [InlineData("""{"type": "object", "maxProperties": 2, "not": {"anyOf": [{"propertyNames": {"not": {"const": "x"}}}, {"propertyNames": {"not": {"const": "y"}}}]}}""",
        """{"x": 1, "y": 2}""", """{"x": 1}|{"x": 1, "z": 2}""")]
    [InlineData("""{"type": "object", "required": ["a"], "minProperties": 2}""", """{"a": 1, "b": 1}""", """{"a": 1}|{"b": 1, "c": 1}""")]
    [InlineData("""{"type": "object", "properties": {"a": true, "b": true, "c": true}, "additionalProperties": false, "minProperties": 3}""",
        """{"c": 1, "a": 1, "b": 1}""", """{"a": 1, "b": 1}|{"a": 1, "a": 1, "b": 1}""")]
    public void FromJsonSchema_Combinations_AreExact(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Fact]
    public void FromJsonSchema_SchemaOrder_FollowsTheSchema()
    {
        var grammar = GrammarProbe.Schema(
            """{"type": "object", "properties": {"b": true, "a": true, "c": true}, "required": ["a"]}""", PropertyOrder.Schema);

        GrammarProbe.CheckMasks(grammar, """{"b": 1, "a": 2, "z": 3}""");
        GrammarProbe.CheckMasks(grammar, """{"a": 2, "c": 1}""");
        Assert.False(GrammarProbe.Accepts(grammar, """{"a": 1, "b": 2}"""));
        Assert.False(GrammarProbe.Accepts(grammar, """{"c": 1, "a": 2}"""));
    }

    [Fact]
    public void FromJsonSchema_CompactWhitespace_ForcesMore()
    {
        var grammar = CompiledGrammar.FromJsonSchema(
            """{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false}""",
            new JsonSchemaOptions { Whitespace = JsonWhitespace.Compact });
        var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
        var forced = new byte[100];

        var count = matcher.ForcedBytes(forced);

        Assert.Equal("{\"name\":\"", System.Text.Encoding.UTF8.GetString(forced, 0, count));
        Assert.True(matcher.AcceptBytes(forced.AsSpan(0, count)));
        Assert.True(matcher.AcceptBytes("x\"}"u8));
        Assert.True(matcher.MustEnd);
        Assert.False(GrammarProbe.Accepts(grammar, "{\"name\": \"x\"}"));
    }

    [Theory]
    [InlineData("""{"type": "foo"}""", "type", "/type")]
    [InlineData("""5""", "schema", "")]
    [InlineData("""{"properties": {"a": {"minimum": "x"}}}""", "minimum", "/properties/a/minimum")]
    [InlineData("""{"items": {"minLength": -1}}""", "minLength", "/items/minLength")]
    [InlineData("""{"anyOf": [{"$ref": "#/$defs/no"}]}""", "$ref", "/anyOf/0/$ref")]
    [InlineData("""{"type": "object", "required": ["a"], "properties": {"a": false}}""", "no value", "")]
    [InlineData("""{"allOf": [{"type": "string"}, {"type": "integer"}]}""", "no value", "")]
    [InlineData("""{"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}}}""", "no value", "")]
    public void FromJsonSchema_NotASchema_IsRefusedWithItsPlace(string schema, string expected, string pointer)
    {
        var problem = Assert.Throws<GrammarException>(() => GrammarProbe.Schema(schema));

        Assert.Contains(expected, problem.Message);
        Assert.Equal(pointer, problem.Pointer);
    }

    [Theory]
    [InlineData("""{"properties": {"a": {"type": "array", "uniqueItems": true}}}""", "uniqueItems", "/properties/a/uniqueItems", """{"a": [1, 1]}""")]
    [InlineData("""{"type": "string", "pattern": "(a)\\1"}""", "pattern", "/pattern", "\"x\"")]
    [InlineData("""{"type": "string", "format": "iban"}""", "format", "/format", "\"x\"")]
    [InlineData("""{"$ref": "https://example.org/schema"}""", "$ref", "/$ref", "1")]
    [InlineData("""{"required": ["a"], "minProperties": 3}""", "minProperties", "/minProperties", """{"a": 1, "b": 1, "c": 1}""")]
    [InlineData("""{"not": {"type": "string", "pattern": "(a)\\1"}}""", "not", "/not", "\"x\"")]
    public void FromJsonSchema_WhatCannotBeEnforced_IsListedAndWider(string schema, string keyword, string pointer, string accepted)
    {
        var grammar = GrammarProbe.Schema(schema);

        Assert.Contains(grammar.Unenforced, note => note.Keyword == keyword && note.Pointer == pointer);
        Assert.True(GrammarProbe.Accepts(grammar, accepted));
    }

    [Fact]
    public void FromJsonSchema_HugeCounts_CostNothing()
    {
        var grammar = GrammarProbe.Schema("""{"type": "array", "maxItems": 1000000000, "items": {"type": "string", "maxLength": 1000000000, "pattern": "^(a|aa)+$"}}""");

        GrammarProbe.CheckMasks(grammar, """["aaaa", "a"]""");
    }

    [Fact]
    public void AnyJsonObject_ArrayRoot_IsImpossible()
    {
        var grammar = CompiledGrammar.AnyJsonObject();

        GrammarProbe.CheckMasks(grammar, "{\"a\": [1, {\"b\": \"x\"}]}");
        Assert.False(GrammarProbe.Accepts(grammar, "[]"));
    }

    private static void Check(string schema, string accepted, string refused)
    {
        var grammar = GrammarProbe.Schema(schema);

        Assert.Empty(grammar.Unenforced);
        foreach (var text in accepted.Split('|'))
            GrammarProbe.CheckMasks(grammar, text);
        foreach (var text in refused.Split('|'))
            Assert.False(GrammarProbe.Accepts(grammar, text), text);
    }
}
