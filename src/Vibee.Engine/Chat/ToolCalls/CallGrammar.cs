using System.Text.Json.Nodes;
using Vibee.Engine.Chat.ToolCalls.Reading;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>Makes of the ways to write calls what constrains a model to them, with arguments that satisfy their schemas.</summary>
internal static class CallGrammar
{
    private static readonly GrammarPart Nothing = new GrammarPart.Literal("");
    private static readonly GrammarPart Blank = new GrammarPart.Pattern("[ \\n]?");

    /// <summary>Calls, and nothing before or after them.</summary>
    public static GrammarPart Answer(CallSyntax syntax, IReadOnlyList<ToolDefinition> tools, int most, string prompt)
    {
        var isOpen = prompt.EndsWith(syntax.Open, StringComparison.Ordinal);
        return new GrammarPart.Sequence(
            new GrammarPart.Literal(isOpen ? "" : $"{syntax.All.Open}{syntax.Each.Open}{Opening(syntax)}"),
            Rest(syntax, tools, most));
    }

    /// <summary>What follows the opening mark of a call, up to the end of the answer.</summary>
    public static GrammarPart Rest(CallSyntax syntax, IReadOnlyList<ToolDefinition> tools, int most)
    {
        var isList = syntax is JsonCalls { IsList: true };
        GrammarPart one = new GrammarPart.Sequence(Inside(syntax, tools, isList ? most : 1), new GrammarPart.Literal(syntax.Each.Close ?? ""));
        var again = new GrammarPart.Sequence(Blank, new GrammarPart.Literal($"{syntax.Each.Open}{Opening(syntax)}"), one);
        return new GrammarPart.Sequence(
            one,
            isList || most == 1 || syntax.OnlyAtStart ? Nothing : new GrammarPart.Repetition(again, 0, most == int.MaxValue ? null : most - 1),
            new GrammarPart.Literal(syntax.All.Close ?? ""));
    }

    public static GrammarPart ArgumentsOf(ToolDefinition tool) => Schema(tool.Parameters, tool.Place);

    /// <summary>A call whose arguments are written one by one, in the order of the schema.</summary>
    /// <param name="open">All before them.</param>
    /// <param name="between">What stands between a key and its value.</param>
    /// <param name="close">All after them.</param>
    /// <param name="tool">The function.</param>
    /// <param name="quote">What text is quoted with, where that is not as in JSON.</param>
    public static GrammarPart Members(string open, string between, string close, ToolDefinition tool, string? quote = null)
    {
        GrammarPart Value(KeyValuePair<string, JsonNode?> property) =>
            quote is null || !tool.IsText(property.Key)
                ? Schema(PropertySchema(tool, property.Value), tool.Place)
                : new GrammarPart.Sequence(new GrammarPart.Literal(quote), Text(property.Value!.AsObject(), quote), new GrammarPart.Literal(quote));

        // A comma stands before all but the first, and which is the first depends on what is left out.
        GrammarPart rest = new GrammarPart.Literal(close);
        GrammarPart first = new GrammarPart.Literal(close);
        foreach (var property in tool.Properties?.Reverse() ?? [])
        {
            GrammarPart pair = new GrammarPart.Sequence(new GrammarPart.Literal($"{property.Key}{between}"), Value(property));
            GrammarPart here = new GrammarPart.Sequence(pair, rest);
            GrammarPart later = new GrammarPart.Sequence(new GrammarPart.Literal(", "), pair);
            var isRequired = tool.IsRequired(property.Key);
            first = isRequired ? here : new GrammarPart.OneOf(here, first);
            rest = new GrammarPart.Sequence(isRequired ? later : new GrammarPart.OneOf(Nothing, later), rest);
        }

        return new GrammarPart.Sequence(new GrammarPart.Literal(open), first);
    }

    private static string Opening(CallSyntax syntax) => syntax.Open[..^syntax.Kept];

    private static GrammarPart Inside(CallSyntax syntax, IReadOnlyList<ToolDefinition> tools, int most) => syntax switch
    {
        JsonCalls json when json.IsList => new GrammarPart.Sequence(
            Blank, new GrammarPart.Literal("["), new GrammarPart.Repetition(OneOf(tools, tool => Object(json, tool)), 1, most == int.MaxValue ? null : most, new GrammarPart.Pattern(",[ \\n]?")), new GrammarPart.Literal("]"), Blank),
        JsonCalls json when json.OnlyAtStart => OneOf(tools, tool => Object(json, tool)),
        JsonCalls json => new GrammarPart.Sequence(Blank, OneOf(tools, tool => Object(json, tool)), Blank),
        NamedCalls named => OneOf(tools, tool => new GrammarPart.Sequence(
            new GrammarPart.Literal($"{named.NamePrefix}{tool.Name}"), new GrammarPart.Pattern(named.NameSuffix),
            new GrammarPart.Literal(named.Separator), ArgumentsOf(tool), new GrammarPart.Literal(named.Close))),
        MarkupCalls markup => OneOf(tools, tool => Markup(markup, tool)),
        EnclosedCalls enclosed => new GrammarPart.Sequence(OneOf(tools, enclosed.Write), new GrammarPart.Literal(enclosed.Close)),
        _ => throw new InvalidOperationException($"{syntax.GetType().Name} has no grammar."),
    };

    private static GrammarPart Object(JsonCalls json, ToolDefinition tool) => new GrammarPart.Sequence(
        new GrammarPart.Literal($"{{\"{json.Name}\": \"{tool.Name}\", \"{json.Arguments}\": "), ArgumentsOf(tool), new GrammarPart.Literal("}"));

    private static GrammarPart Markup(MarkupCalls markup, ToolDefinition tool)
    {
        var parts = new List<GrammarPart> { new GrammarPart.Literal($"{tool.Name}{QuoteOf(markup)}{markup.Separator}{markup.Between}") };
        foreach (var (name, schema) in tool.Properties ?? [])
        {
            var isText = tool.IsText(name);
            var between = string.Format(System.Globalization.CultureInfo.InvariantCulture, markup.ValueInFull ?? markup.Value, isText ? "true" : "false");
            GrammarPart argument = new GrammarPart.Sequence(
                new GrammarPart.Literal($"{markup.Key}{name}{between}{markup.Padding}"),
                isText ? Text(schema!.AsObject(), markup.End) : Schema(PropertySchema(tool, schema), tool.Place),
                new GrammarPart.Literal($"{markup.Padding}{markup.End}{markup.Between}"));
            parts.Add(tool.IsRequired(name) ? argument : new GrammarPart.OneOf(Nothing, argument));
        }

        parts.Add(new GrammarPart.Literal(markup.Close));
        return new GrammarPart.Sequence(parts);
    }

    // Where the name stands in quotes, one closes it.
    private static string QuoteOf(MarkupCalls markup) => markup.Open.EndsWith('"') ? "\"" : "";

    // Of text without quotes only the end is known, unless it is one of a few.
    private static GrammarPart Text(JsonObject schema, string end)
    {
        var choices = (schema["enum"] as JsonArray)?.OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : null)
            .OfType<string>().Where(text => !text.Contains(end, StringComparison.Ordinal)).ToList();
        return choices is { Count: > 0 } ? new GrammarPart.Choice(choices) : new GrammarPart.FreeText(end);
    }

    // References to definitions are from the root.
    private static JsonNode PropertySchema(ToolDefinition tool, JsonNode? property)
    {
        if (property is not JsonObject schema)
            return property?.DeepClone() ?? true;
        var result = schema.DeepClone().AsObject();
        foreach (var definitions in (string[])["$defs", "definitions"])
        {
            if (tool.Parameters[definitions] is { } shared && !result.ContainsKey(definitions))
                result[definitions] = shared.DeepClone();
        }

        return result;
    }

    private static GrammarPart Schema(JsonNode schema, string place) => new GrammarPart.Schema(schema.ToJsonString(), null, place);

    private static GrammarPart OneOf(IReadOnlyList<ToolDefinition> tools, Func<ToolDefinition, GrammarPart> part) =>
        tools.Count == 1 ? part(tools[0]) : new GrammarPart.OneOf([.. tools.Select(part)]);
}
