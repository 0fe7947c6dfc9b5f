using System.Text.Json;
using Vibee.Engine.Grammar;

namespace Vibee.Server.Requests;

/// <summary>What the text of an answer must be, as a request asked for it.</summary>
/// <param name="Part">The same for the engine.</param>
/// <param name="Name">The field that asked for it.</param>
/// <param name="Source">The field that has the schema, grammar or pattern: at fault where that is.</param>
/// <param name="IsStrict">Whether what cannot be ensured is to be refused.</param>
internal sealed record OutputFormat(GrammarPart Part, string Name, string Source, bool IsStrict = false)
{
    private const int MaxName = 64;
    private const string AnyObject = """{"type":"object"}""";

    /// <summary>The format that a request asks for, be it in the API's own words or in those of other servers; null if it
    /// leaves the text free. Two that ask for different things cannot both be obeyed.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="own">What the API's own field asks for.</param>
    public static OutputFormat? Read(RequestFields fields, OutputFormat? own)
    {
        OutputFormat? chosen = null;
        foreach (var format in (OutputFormat?[])
        [
            own,
            Schema(fields, "json_schema"),
            Schema(fields, "guided_json"),
            Text(fields, "grammar", text => new GrammarPart.Gbnf(text)),
            Text(fields, "guided_grammar", text => new GrammarPart.Gbnf(text)),
            Text(fields, "guided_regex", text => new GrammarPart.Pattern(text)),
            Choices(fields, "guided_choice"),
        ])
        {
            if (chosen is not null && format is not null)
                fields.Fail(format.Name, "invalid_value", $"'{chosen.Name}' and '{format.Name}' cannot be given together: an answer has one format.");
            chosen ??= format;
        }

        return chosen;
    }

    /// <summary>OpenAI's <c>response_format</c> of chat: a schema stands in an object of its own.</summary>
    public static OutputFormat? ReadNested(RequestFields fields)
    {
        const string Name = "response_format";
        if (fields.Object(Name) is not { } format)
            return null;
        var schema = ReadSchema(format); // llama.cpp's addition to json_object
        var nested = format.Object("json_schema");
        var named = nested is null ? null : ReadNamed(nested, Name);
        switch (ReadType(format))
        {
            case "json_schema" when nested is not null:
                RequireName(nested);
                return named;
            case "json_schema":
                format.Require("json_schema", out _);
                return null;
            case "json_object":
                return new OutputFormat(new GrammarPart.Schema(OfObjects(schema)), Name, schema is null ? Name : format.PathOf("schema"));
            default:
                return null;
        }
    }

    /// <summary>The same where the schema stands beside the type: <c>text.format</c>, and what Anthropic has.</summary>
    /// <param name="fields">What has the field.</param>
    /// <param name="field">Its name.</param>
    /// <param name="isNamed">Whether schemas have names and may be strict, as OpenAI's; the others must be there.</param>
    public static OutputFormat? ReadFlat(RequestFields fields, string field, bool isNamed)
    {
        if (fields.Object(field) is not { } format)
            return null;
        var name = fields.PathOf(field);
        var schema = isNamed ? ReadNamed(format, name) : new OutputFormat(new GrammarPart.Schema(ReadSchema(format) ?? AnyObject), name, format.PathOf("schema"));
        switch (ReadType(format))
        {
            case "json_schema":
                if (isNamed)
                    RequireName(format);
                else
                    format.Require("schema", out _);
                return schema;
            case "json_object":
                return new OutputFormat(new GrammarPart.Schema(AnyObject), name, name);
            default:
                return null;
        }
    }

    // After what stands beside it, so that a field that is wrong is named whatever the type.
    private static string? ReadType(RequestFields format)
    {
        format.Require("type", out _);
        return format.Choice("type", "text", "json_object", "json_schema");
    }

    private static OutputFormat ReadNamed(RequestFields named, string field)
    {
        if (named.String("name") is { } name && !IsName(name))
            named.Fail("name", "invalid_value", $"'{named.PathOf("name")}' must have 1 to {MaxName} letters, digits, underscores and dashes.");
        named.String("description");
        return new OutputFormat(
            new GrammarPart.Schema(ReadSchema(named) ?? AnyObject), field, named.PathOf("schema"), named.Bool("strict") ?? false);
    }

    private static void RequireName(RequestFields named) => named.Require("name", out _);

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');

    private static string? ReadSchema(RequestFields fields)
    {
        const string Name = "schema";
        if (!fields.TryGet(Name, out var value))
        {
            fields.Object(Name); // to have it described
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
            return value.GetRawText();
        fields.Fail(Name, "invalid_value", $"'{fields.PathOf(Name)}' must be a JSON Schema, an object.");
        return null;
    }

    // The answer is an object, even where the schema forgets to say so.
    private static string OfObjects(string? schema)
    {
        if (schema is null)
            return AnyObject;
        using var document = JsonDocument.Parse(schema);
        var isEmpty = !document.RootElement.EnumerateObject().Any();
        return document.RootElement.TryGetProperty("type", out _) ? schema
            : $"{{\"type\":\"object\"{(isEmpty ? "" : ",")}{schema.AsSpan(schema.IndexOf('{') + 1)}";
    }

    // vLLM takes a schema as text as well.
    private static OutputFormat? Schema(RequestFields fields, string name) =>
        fields.TryGet(name, "a JSON Schema: an object, or its text", out var value, JsonValueKind.Object, JsonValueKind.String)
            ? new OutputFormat(new GrammarPart.Schema(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()), name, name)
            : null;

    private static OutputFormat? Text(RequestFields fields, string name, Func<string, GrammarPart> make) =>
        fields.String(name) is { Length: > 0 } text ? new OutputFormat(make(text), name, name) : null;

    private static OutputFormat? Choices(RequestFields fields, string name)
    {
        if (fields.Array(name) is not { } array)
            return null;
        var choices = new List<string>();
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String)
                choices.Add(element.GetString()!);
            else
                fields.FailType(name, "an array of strings");
        }

        return new OutputFormat(new GrammarPart.Choice(choices), name, name);
    }
}
