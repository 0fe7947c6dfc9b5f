using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Filters on whatever can be walked.</summary>
internal static class ListFilters
{
    public static Builtin[] All { get; } =
    [
        new("length", "", (r, self, _) =>
        {
            r.ChargeIndexing(self);
            return Iteration.CountOf(self) is var count and >= 0
                ? Value.From(count)
                : throw Fault.Runtime($"object of type '{TypeNames.Of(self)}' has no len()");
        }),
        new("list", "", (r, self, _) => Value.List([.. Iteration.Of(r, self)])),
        new("items", "", (_, self, _) => self.Kind switch
        {
            ValueKind.Dict => Value.From(new IteratorValue(new DictView(self.AsDict, DictViewPart.Items).Items(), self)),
            ValueKind.Undefined => Value.From(new IteratorValue([], self)),
            _ => throw Fault.Runtime("Can only get item pairs from a mapping."),
        }),
        new("first", "", (r, self, _) =>
        {
            foreach (var item in Iteration.Of(r, self))
                return item;
            return Value.Undefined("No first item, sequence was empty.");
        }),
        new("last", "", (r, self, _) =>
        {
            if (self.Kind == ValueKind.Iterator)
                throw Fault.Runtime("'generator' object is not reversible");
            var items = Iteration.ToArray(r, self);
            return items.Length > 0 ? items[^1] : Value.Undefined("No last item, sequence was empty.");
        }),
        new("reverse", "", (r, self, _) => Reverse(r, self)),
        new("join", "d? attribute?", (r, self, a) => Join(r, self, a)),
        new("sum", "attribute? start?", (r, self, a) =>
        {
            var key = Ordering.Attribute(r, a.Positional[0], default);
            var sum = a.Positional[1].IsMissing ? Value.From(0) : a.Positional[1];
            foreach (var item in Iteration.Of(r, self))
                sum = Arithmetic.Add(r, sum, key(item));
            return sum;
        }),
        new("min", "case_sensitive? attribute?", (r, self, a) => Extreme(r, self, a, -1)),
        new("max", "case_sensitive? attribute?", (r, self, a) => Extreme(r, self, a, 1)),
        new("sort", "reverse? case_sensitive? attribute?", (r, self, a) => Value.List([.. Sort(r, self, a)])),
        new("dictsort", "case_sensitive? by? reverse?", (r, self, a) => DictSort(r, self, a)),
        new("unique", "case_sensitive? attribute?", (r, self, a) => Value.From(new IteratorValue(
            Unique(r, self, Ordering.Key(r, a.Positional[1], a.Positional[0])), self))),
        new("groupby", "attribute default? case_sensitive?", (r, self, a) => GroupBy(r, self, a)),
        new("batch", "linecount fill_with?", (r, self, a) => Value.From(new IteratorValue(
            Batch(Iteration.ToArray(r, self), a.Positional[0].AsIndex(), a.Positional[1]), self))),
        new("slice", "slices fill_with?", (r, self, a) => Value.From(new IteratorValue(
            Slice(r, Iteration.ToArray(r, self), a.Positional[0].AsWidth(), a.Positional[1]), self))),
    ];

    private static Value Reverse(Rendering rendering, in Value self)
    {
        if (self.IsText)
        {
            rendering.Charge(self.AsText.Length);
            return Value.From(string.Concat(TextIndex.Characters(self.AsText).Reverse().Select(c => c.AsText)));
        }
        if (!Iteration.IsIterable(self))
            throw Fault.Runtime("argument must be iterable");
        var items = Iteration.ToArray(rendering, self);
        return Value.From(new IteratorValue(Enumerable.Reverse(items), self));
    }

    private static Value Join(Rendering rendering, in Value self, in Arguments arguments)
    {
        var separator = arguments.Positional[0].IsMissing ? "" : PythonText.Str(rendering, arguments.Positional[0]);
        var key = Ordering.Attribute(rendering, arguments.Positional[1], default);
        var buffer = new OutputBuffer(rendering);
        var isFirst = true;
        foreach (var item in Iteration.Of(rendering, self))
        {
            if (!isFirst)
                buffer.Append(separator);
            isFirst = false;
            buffer.Append(key(item));
        }
        return Value.From(buffer.ToString());
    }

    private static Value Extreme(Rendering rendering, in Value self, in Arguments arguments, int sign)
    {
        var key = Ordering.Key(rendering, arguments.Positional[1], arguments.Positional[0]);
        Value best = default, bestKey = default;
        foreach (var item in Iteration.Of(rendering, self))
        {
            var itemKey = key(item);
            if (!best.IsMissing && Comparison.Order(rendering, itemKey, bestKey, sign < 0 ? "<" : ">") * sign <= 0)
                continue;
            (best, bestKey) = (item, itemKey);
        }
        return best.IsMissing ? Value.Undefined("No aggregated item, sequence was empty.") : best;
    }

    private static List<Value> Sort(Rendering rendering, in Value self, in Arguments arguments)
    {
        // Several attributes, with commas: a key of several parts.
        var attribute = arguments.Positional[2];
        var caseSensitive = arguments.Positional[1];
        var keys = attribute is { IsMissing: false, IsText: true } && attribute.AsText.Contains(',')
            ? attribute.AsText.Split(',').Select(a => Ordering.Key(rendering, Value.From(a), caseSensitive)).ToArray()
            : [Ordering.Key(rendering, attribute, caseSensitive)];
        return Ordering.Sort(rendering, Iteration.ToArray(rendering, self),
            item => keys.Length == 1 ? keys[0](item) : Value.Tuple([.. keys.Select(k => k(item))]),
            arguments.Positional[0].AsBool(false));
    }

    private static Value DictSort(Rendering rendering, in Value self, in Arguments arguments)
    {
        var by = arguments.Positional[1].AsOptionalString("by") ?? "key";
        if (by is not ("key" or "value"))
            throw Fault.Runtime("You can only sort by either \"key\" or \"value\"");
        if (self.IsUndefined)
            throw self.AsUndefined.Fault();
        if (self.Kind != ValueKind.Dict)
            throw Fault.Runtime($"'{TypeNames.Of(self)}' object has no attribute 'items'");
        rendering.Charge(self.AsDict.Count);
        var key = Ordering.Key(rendering, default, arguments.Positional[0]);
        var pairs = Ordering.Sort(rendering, self.AsDict.Items, pair => key(by == "key" ? pair.Key : pair.Value),
            arguments.Positional[2].AsBool(false));
        return Value.List([.. pairs.Select(pair => Value.Tuple(pair.Key, pair.Value))]);
    }

    private static IEnumerable<Value> Unique(Rendering rendering, Value items, Func<Value, Value> key)
    {
        var seen = new HashSet<Value>();
        foreach (var item in Iteration.Of(rendering, items))
        {
            var itemKey = key(item);
            rendering.Charge(itemKey.Weight);
            if (seen.Add(itemKey))
                yield return item;
        }
    }

    private static Value GroupBy(Rendering rendering, in Value self, in Arguments arguments)
    {
        var key = Ordering.Attribute(rendering, arguments.Positional[0], arguments.Positional[1]);
        var sensitive = arguments.Positional[2].AsBool(false);
        var sorted = Ordering.Sort(rendering, Iteration.ToArray(rendering, self), Folded, descending: false);
        var groups = new List<Value>();
        for (int start = 0, end; start < sorted.Count; start = end)
        {
            for (end = start + 1; end < sorted.Count
                && Comparison.AreEqual(rendering, Folded(sorted[start]), Folded(sorted[end])); end++)
            {
            }
            groups.Add(Value.From(ListValue.Group(key(sorted[start]), Value.List([.. sorted[start..end]]))));
        }
        return Value.List([.. groups]);

        Value Folded(Value item) =>
            key(item) is var k && k.IsText && !sensitive ? Value.From(k.AsText.ToLowerInvariant()) : k;
    }

    private static IEnumerable<Value> Batch(Value[] items, int size, Value fill)
    {
        size = Math.Max(size, 1);
        for (var start = 0; start < items.Length; start += size)
        {
            var batch = items[start..Math.Min((int)Math.Min((long)start + size, int.MaxValue), items.Length)];
            var missing = fill.IsMissing || fill.IsNone ? 0 : size - batch.Length;
            if (missing > Limits.FieldWidth)
                throw Fault.Limit($"a batch is longer than {Limits.FieldWidth}");
            yield return Value.List([.. batch, .. Enumerable.Repeat(fill, missing)]);
            if (items.Length - start <= size)
                yield break;
        }
    }

    /// <summary>As many lists as asked for; the first ones are longer where it does not come out even.</summary>
    private static IEnumerable<Value> Slice(Rendering rendering, Value[] items, int slices, Value fill)
    {
        if (slices == 0)
            throw Fault.Runtime("integer division or modulo by zero");
        var (size, longer) = Math.DivRem(items.Length, slices);
        var start = 0;
        for (var i = 0; i < slices; i++)
        {
            rendering.Charge(1 + size);
            var end = start + size + (i < longer ? 1 : 0);
            var isFilled = !fill.IsMissing && !fill.IsNone && i >= longer && longer > 0;
            yield return Value.List(isFilled ? [.. items[start..end], fill] : items[start..end]);
            start = end;
        }
    }
}
