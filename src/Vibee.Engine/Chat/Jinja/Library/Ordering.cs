using System.Globalization;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>What sorting filters share: keys, and a stable sort by Python's order.</summary>
internal static class Ordering
{
    public static List<T> Sort<T>(Rendering rendering, IEnumerable<T> items, Func<T, Value> key, bool descending)
    {
        var comparer = Comparer<Value>.Create((a, b) =>
        {
            rendering.Charge(1);
            return Comparison.Order(rendering, a, b, "<");
        });
        try
        {
            // Stable both ways, as Python's is.
            return [.. descending ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer)];
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateException inner)
        {
            // .NET wraps what a comparer throws.
            throw inner;
        }
    }

    /// <summary>The item, or what its attribute path leads to; in lower case when case does not count.</summary>
    public static Func<Value, Value> Key(Rendering rendering, Value attribute, Value caseSensitive)
    {
        var get = Attribute(rendering, attribute, default);
        var sensitive = caseSensitive.AsBool(false);
        return item =>
        {
            var key = get(item);
            if (sensitive || !key.IsText)
                return key;
            rendering.ChargeScan(key.AsText.Length);
            return Value.From(key.AsText.ToLowerInvariant());
        };
    }

    /// <summary>Follows "a.b.0": items first, attributes second.</summary>
    // absent: Instead of undefined, unless missing.
    public static Func<Value, Value> Attribute(Rendering rendering, Value attribute, Value absent)
    {
        if (attribute.IsMissing || attribute.IsNone)
            return item => item;
        rendering.ChargeScan(attribute.IsText ? attribute.AsText.Length : 0);
        Value[] path = attribute.IsText
            ? [.. attribute.AsText.Split('.').Select(part =>
                int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? Value.From(index) : Value.From(part))]
            : [attribute];
        return item =>
        {
            foreach (var part in path)
            {
                rendering.Charge(1);
                item = Attributes.GetItem(rendering, item, part);
                if (item.IsUndefined && !absent.IsMissing && !absent.IsNone)
                    item = absent;
            }
            return item;
        };
    }
}
