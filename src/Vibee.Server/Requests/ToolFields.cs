using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat.ToolCalls;

namespace Vibee.Server.Requests;

/// <summary>Reads <c>tools</c> and what belongs to it, in the three spellings that there are.</summary>
internal static class ToolFields
{
    private const int MaxTools = 128;
    private const int MaxName = 64;

    /// <summary>Chat's: a function stands in an object of its own.</summary>
    public static ToolUse? ReadNested(RequestFields fields)
    {
        var tools = Read(fields, tool =>
        {
            tool.Require("type", out _);
            if (tool.String("type") is { } type && type != "function")
                tool.Fail("type", "invalid_value", $"'{tool.PathOf("type")}' must be function.");
            tool.Require("function", out _);
            return tool.Object("function") is { } function ? ReadFunction(function, "parameters") : null;
        });
        return Choose(fields, tools, ReadChoice(fields, isNested: true), fields.Bool("parallel_tool_calls") == false);
    }

    /// <summary>That of responses: all stands beside the type.</summary>
    public static ToolUse? ReadFlat(RequestFields fields)
    {
        var tools = Read(fields, tool =>
        {
            tool.Require("type", out _);
            if (tool.String("type") is { } type && type != "function")
                tool.Fail("type", "unsupported_value", $"'{tool.PathOf("type")}' must be function: nothing else can be called here.");
            return ReadFunction(tool, "parameters");
        });
        return Choose(fields, tools, ReadChoice(fields, isNested: false), fields.Bool("parallel_tool_calls") == false);
    }

    /// <summary>Anthropic's.</summary>
    public static ToolUse? ReadAnthropic(RequestFields fields)
    {
        var tools = Read(fields, tool =>
        {
            if (tool.String("type") is { } type && type != "custom")
                tool.Fail("type", "unsupported_value", $"'{tool.PathOf("type")}' must be custom: nothing runs on the server.");
            tool.Require("input_schema", out _);
            return ReadFunction(tool, "input_schema");
        });
        if (fields.Object("tool_choice") is not { } choice)
            return Choose(fields, tools, Choice.Auto, isSingle: false);
        choice.Require("type", out _);
        var mode = choice.Choice("type", "auto", "any", "tool", "none");
        var isSingle = choice.Bool("disable_parallel_tool_use") ?? false;
        var name = choice.String("name");
        if (mode == "tool")
            choice.Require("name", out _);
        if (mode is "any" or "tool" && tools.Count == 0)
            choice.Fail("type", "invalid_value", "'tool_choice.type' must be auto or none where 'tools' is empty.");
        return Choose(fields, tools, new Choice(mode ?? "auto", mode == "tool" && name is not null ? [name] : null), isSingle);
    }

    private sealed record Choice(string Mode, IReadOnlyList<string>? Names = null)
    {
        public static readonly Choice Auto = new("auto");
    }

    private static List<(ToolDefinition Tool, JsonObject Shown)> Read(RequestFields fields, Func<RequestFields, (ToolDefinition, JsonObject)?> read)
    {
        var tools = new List<(ToolDefinition Tool, JsonObject Shown)>();
        if (fields.Array("tools") is not { } array)
            return tools;
        if (array.GetArrayLength() > MaxTools)
        {
            fields.Fail("tools", "array_above_max_length", $"'tools' may have at most {MaxTools} tools.");
            return tools;
        }

        var names = new HashSet<string>();
        foreach (var tool in fields.Objects("tools", array))
        {
            if (read(tool) is not var (definition, shown))
                continue;
            if (!names.Add(definition.Name))
                fields.Fail(NamePath(definition), "invalid_value", $"'{NamePath(definition)}': there are two tools of this name.");
            tools.Add((definition, shown));
        }

        return tools;
    }

    private static string NamePath(ToolDefinition tool) => $"{tool.Place[..tool.Place.LastIndexOf('.')]}.name";

    private static (ToolDefinition, JsonObject)? ReadFunction(RequestFields function, string parameters)
    {
        function.Require("name", out _);
        var name = function.String("name");
        if (name is not null && !IsName(name))
            function.Fail("name", "invalid_value", $"'{function.PathOf("name")}' must have 1 to {MaxName} letters, digits, underscores and dashes.");
        var description = function.String("description");
        function.Bool("strict");
        var schema = ReadSchema(function, parameters);
        if (name is null)
            return null;

        var shown = new JsonObject { ["name"] = name };
        if (description is not null)
            shown["description"] = description;
        shown["parameters"] = schema?.DeepClone() ?? new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() };
        schema ??= new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(), ["additionalProperties"] = false };
        schema["type"] ??= "object";
        return (new ToolDefinition(name, schema) { Place = function.PathOf(parameters) }, new JsonObject { ["type"] = "function", ["function"] = shown });
    }

    private static JsonObject? ReadSchema(RequestFields function, string name)
    {
        if (!function.TryGet(name, out var value))
        {
            function.Object(name); // to have it described
            return null;
        }

        if (JsonNodes.Of(value) is JsonObject schema && (schema["type"] is null || IsObject(schema["type"]!)))
            return schema;
        function.Fail(name, "invalid_function_parameters", $"'{function.PathOf(name)}' must be a JSON Schema of type object.");
        return null;
    }

    private static bool IsObject(JsonNode type) => type is JsonValue value && value.TryGetValue(out string? text) && text == "object";

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');

    private static Choice ReadChoice(RequestFields fields, bool isNested)
    {
        if (!fields.TryGet("tool_choice", "a string or an object", out var choice, JsonValueKind.String, JsonValueKind.Object))
            return Choice.Auto;
        if (choice.ValueKind == JsonValueKind.String)
            return new Choice(choice.GetString()!);
        string? Text(JsonElement json, string name) =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        string? Name(JsonElement json) =>
            !isNested ? Text(json, "name")
            : json.ValueKind == JsonValueKind.Object && json.TryGetProperty("function", out var function) ? Text(function, "name")
            : null;

        switch (Text(choice, "type"))
        {
            case "function" when Name(choice) is { } name:
                return new Choice("required", [name]);
            case "allowed_tools":
                var allowed = isNested && choice.TryGetProperty("allowed_tools", out var inner) ? inner : choice;
                if (Text(allowed, "mode") is "auto" or "required" && allowed.TryGetProperty("tools", out var tools)
                    && tools.ValueKind == JsonValueKind.Array && tools.EnumerateArray().All(tool => Name(tool) is not null) && tools.GetArrayLength() > 0)
                    return new Choice(Text(allowed, "mode")!, [.. tools.EnumerateArray().Select(tool => Name(tool)!)]);
                break;
        }

        return new Choice("");
    }

    private static ToolUse? Choose(
        RequestFields fields, List<(ToolDefinition Tool, JsonObject Shown)> tools, Choice choice, bool isSingle)
    {
        if (choice.Mode is not ("none" or "auto" or "required" or "any" or "tool"))
            fields.Fail("tool_choice", "invalid_value", "'tool_choice' must be none, auto, required, a function or allowed_tools.");
        else if (tools.Count == 0 && (choice.Mode == "required" || choice.Names is not null))
            fields.Fail("tool_choice", "invalid_value", "'tool_choice' must be none or auto where 'tools' is empty.");
        else if (choice.Names?.FirstOrDefault(name => tools.All(tool => tool.Tool.Name != name)) is { } unknown)
            fields.Fail("tool_choice", "invalid_value", $"'tool_choice' names '{unknown}', which 'tools' does not have.");
        if (tools.Count == 0)
            return null;
        if (choice.Mode == "none")
            return new ToolUse { Shown = [], Callable = [], IsForbidden = true };
        return new ToolUse
        {
            Shown = new JsonArray([.. tools.Select(tool => (JsonNode)tool.Shown)]),
            Callable = [.. tools.Select(tool => tool.Tool).Where(tool => choice.Names?.Contains(tool.Name) ?? true)],
            IsRequired = choice.Mode is "required" or "any" or "tool",
            MostCalls = isSingle ? 1 : int.MaxValue,
        };
    }
}
