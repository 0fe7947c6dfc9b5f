using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Methods of str that cut it up.</summary>
internal static class TextSplitting
{
    public static Builtin[] All { get; } =
    [
        new("split", "sep? maxsplit?", (r, self, a) => Split(r, self.AsText, a, fromRight: false)),
        new("rsplit", "sep? maxsplit?", (r, self, a) => Split(r, self.AsText, a, fromRight: true)),
        new("splitlines", "keepends?", (r, self, a) =>
        {
            r.ChargeScan(self.AsText.Length);
            return ToList(r, self.AsText, Lines(self.AsText, a.Positional[0].AsBool(false)));
        }),
        new("partition", "sep", (r, self, a) => Partition(r, self.AsText, Separator(a.Positional[0]), last: false)),
        new("rpartition", "sep", (r, self, a) => Partition(r, self.AsText, Separator(a.Positional[0]), last: true)),
    ];

    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !Characters.IsLineEnd(text[end]))
                end++;
            var next = end < text.Length ? end + 1 : end;
            if (next < text.Length && text[end] == '\r' && text[next] == '\n')
                next++;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }
        return lines;
    }

    private static Value Split(Rendering rendering, string text, in Arguments arguments, bool fromRight)
    {
        var separator = arguments.Positional[0].IsMissing || arguments.Positional[0].IsNone
            ? null
            : Separator(arguments.Positional[0]);
        var limit = arguments.Positional[1].AsIndex(-1);
        if (limit < 0)
            limit = int.MaxValue;
        if (separator is null)
            rendering.ChargeScan(text.Length);
        else
            rendering.ChargeSearch(text, separator);
        var parts = separator is null
            ? fromRight ? WordsFromRight(rendering, text, limit) : Words(rendering, text, limit)
            : fromRight ? PartsFromRight(rendering, text, separator, limit) : Parts(rendering, text, separator, limit);
        return ToList(rendering, text, parts);
    }

    private static List<string> Words(Rendering rendering, string text, int limit)
    {
        var words = new List<string>();
        var i = 0;
        while (true)
        {
            while (i < text.Length && Characters.IsSpace(text[i]))
                i++;
            if (i == text.Length)
                return words;
            var start = i;
            if (words.Count == limit)
            {
                words.Add(text[start..]);
                return words;
            }
            while (i < text.Length && !Characters.IsSpace(text[i]))
                i++;
            rendering.Charge(1);
            words.Add(text[start..i]);
        }
    }

    private static List<string> WordsFromRight(Rendering rendering, string text, int limit)
    {
        var words = new List<string>();
        var i = text.Length;
        while (true)
        {
            while (i > 0 && Characters.IsSpace(text[i - 1]))
                i--;
            if (i == 0)
                break;
            var end = i;
            if (words.Count == limit)
            {
                words.Add(text[..end]);
                break;
            }
            while (i > 0 && !Characters.IsSpace(text[i - 1]))
                i--;
            rendering.Charge(1);
            words.Add(text[i..end]);
        }
        words.Reverse();
        return words;
    }

    private static List<string> Parts(
        Rendering rendering, string text, string separator, int limit)
    {
        var parts = new List<string>();
        var start = 0;
        while (parts.Count < limit && text.IndexOf(separator, start, StringComparison.Ordinal) is var next and >= 0)
        {
            rendering.Charge(1);
            parts.Add(text[start..next]);
            start = next + separator.Length;
        }
        parts.Add(text[start..]);
        return parts;
    }

    private static List<string> PartsFromRight(
        Rendering rendering, string text, string separator, int limit)
    {
        var parts = new List<string>();
        var end = text.Length;
        while (parts.Count < limit && text.AsSpan(0, end).LastIndexOf(separator) is var next and >= 0)
        {
            rendering.Charge(1);
            parts.Add(text[(next + separator.Length)..end]);
            end = next;
        }
        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static Value Partition(Rendering rendering, string text, string separator, bool last)
    {
        rendering.ChargeSearch(text, separator);
        rendering.ChargeCharacters(text.Length);
        var index = last
            ? text.LastIndexOf(separator, StringComparison.Ordinal)
            : text.IndexOf(separator, StringComparison.Ordinal);
        var whole = Value.From(text);
        if (index < 0)
        {
            return last
                ? Value.Tuple(Value.EmptyText, Value.EmptyText, whole)
                : Value.Tuple(whole, Value.EmptyText, Value.EmptyText);
        }
        return Value.Tuple(Value.From(text[..index]), Value.From(separator), Value.From(text[(index + separator.Length)..]));
    }

    private static string Separator(in Value value) => value.AsString("the separator") is { Length: > 0 } separator
        ? separator
        : throw Fault.Runtime("empty separator");

    private static Value ToList(Rendering rendering, string text, List<string> parts)
    {
        rendering.ChargeCharacters(text.Length);
        return Value.List([.. parts.Select(part => Value.From(part))]);
    }
}
