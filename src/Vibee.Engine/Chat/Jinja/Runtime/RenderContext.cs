using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>The caller's JSON as template values. Its size sets what the render may use up.</summary>
internal sealed class RenderContext
{
    public RenderContext(JsonObject context)
    {
        Variables = new Dictionary<string, Value>(context.Count);
        foreach (var (name, node) in context)
            Variables.Add(name, Read(node, 1));
    }

    public Dictionary<string, Value> Variables { get; }

    public long Values { get; private set; }

    public long Characters { get; private set; }

    private Value Read(JsonNode? node, int depth)
    {
        if (depth > Limits.ValueDepth)
            throw Fault.Limit($"the context is nested more than {Limits.ValueDepth} levels deep");
        Values++;
        switch (node)
        {
            case null:
                return Value.None;
            case JsonArray array:
                var items = new Value[array.Count];
                for (var i = 0; i < items.Length; i++)
                    items[i] = Read(array[i], depth + 1);
                return Value.List(items);
            case JsonObject members:
                var dict = new OrderedDictionary<Value, Value>(members.Count);
                foreach (var (key, member) in members)
                {
                    Characters += key.Length;
                    dict[Value.From(key)] = Read(member, depth + 1);
                }
                return Value.From(new DictValue(dict));
            default:
                return ReadScalar(node.AsValue());
        }
    }

    private Value ReadScalar(JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                var text = ReadText(value);
                Characters += text.Length;
                return Value.From(text);
            case JsonValueKind.True:
                return Value.True;
            case JsonValueKind.False:
                return Value.False;
            case JsonValueKind.Number:
                return ReadNumber(value);
            default:
                return Value.None;
        }
    }

    private static string ReadText(JsonValue value)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException e)
        {
            throw new TemplateException(TemplateErrorKind.Runtime, "the context holds a string with half a surrogate"
                + $" pair: {e.Message}");
        }
    }

    private static Value ReadNumber(JsonValue value)
    {
        // A double made in code prints 1 for 1.0 and would pass for an integer below.
        if (value.TryGetValue<JsonElement>(out var element))
            return ParseNumber(element.GetRawText());
        if (value.TryGetValue<double>(out var number))
            return Value.From(number);
        return value.TryGetValue<float>(out var single) ? Value.From(single) : ParseNumber(value.ToJsonString());
    }

    /// <summary>As Python's json: an integer unless there is a dot or an exponent.</summary>
    private static Value ParseNumber(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small))
            return Value.From(small);
        if (text.AsSpan().ContainsAny('.', 'e', 'E'))
            return Value.From(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (text.Length > Limits.IntegerBits)
            throw Fault.Limit($"the context holds an integer of more than {Limits.IntegerBits} digits");
        return Value.From(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }
}
