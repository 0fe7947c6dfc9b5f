using System.Net;
using System.Text;
using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Filters from text to text; whatever they are given, they print first.</summary>
internal static class TextFilters
{
    public static Builtin[] All { get; } =
    [
        Map("upper", TextMethods.Upper),
        Map("lower", text => text.ToLowerInvariant()),
        Map("capitalize", TextMethods.Capitalize),
        Map("title", Title),
        Map("striptags", StripTags),
        new("trim", "chars?", (r, self, a) =>
        {
            var characters = a.Positional[0].AsOptionalString("strip arg");
            var text = PythonText.Str(r, self);
            return Same(self, TextMethods.Strip(r, text, characters));
        }),
        new("replace", "old new count?", (r, self, a) => Value.From(TextMethods.Replace(r, PythonText.Str(r, self),
            PythonText.Str(r, a.Positional[0]), PythonText.Str(r, a.Positional[1]),
            a.Positional[2].IsNone ? -1 : a.Positional[2].AsIndex(-1)))),
        new("string", "", (r, self, _) => self.IsText ? self : Value.From(PythonText.Str(r, self))),
        new("safe", "", (r, self, _) => Value.FromSafe(PythonText.Str(r, self))),
        new("escape", "", (r, self, _) => self.IsSafeText ? self : Value.FromSafe(Html.Escape(r, PythonText.Str(r, self)))),
        new("forceescape", "", (r, self, _) => Value.FromSafe(Html.Escape(r, PythonText.Str(r, self)))),
        new("urlencode", "", (r, self, _) => Value.From(UrlEncode(r, self))),
        new("format", "*", (r, self, a) => Value.From(PercentFormat.Format(r, PythonText.Str(r, self),
            a.Named.Length > 0 ? NamedValues(a) : Value.None, a.Named.Length > 0 ? null : a.Positional))),
        new("wordcount", "", (r, self, _) =>
        {
            var text = PythonText.Str(r, self);
            r.ChargeScan(text.Length);
            var inWord = false;
            var count = 0;
            foreach (var c in text)
            {
                var isPart = Characters.IsNamePart(c);
                count += isPart && !inWord ? 1 : 0;
                inWord = isPart;
            }
            return Value.From(count);
        }),
    ];

    /// <summary>Keeps the mark of safe text on what was made of it.</summary>
    public static Value Same(in Value source, string text) =>
        source.IsSafeText ? Value.FromSafe(text) : Value.From(text);

    private static Builtin Map(string name, Func<string, string> map) => new(name, "", (r, self, _) =>
    {
        var text = PythonText.Str(r, self);
        r.ChargeScan(text.Length);
        return Same(self, map(text));
    });

    /// <summary>Unlike str.title, a word begins only after space, hyphen or an opening bracket.</summary>
    private static string Title(string text)
    {
        var starts = true;
        return string.Create(text.Length, text, (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = starts ? char.ToUpperInvariant(source[i]) : char.ToLowerInvariant(source[i]);
                starts = Characters.IsSpace(source[i]) || source[i] is '-' or '(' or '{' or '[' or '<';
            }
        });
    }

    private static string StripTags(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '<' ? text.IndexOf('>', i) : -1;
            if (end > 0)
                i = end;
            else if (text[i] == '<')
                return Words(kept.Append(text, i, text.Length - i));
            else
                kept.Append(text[i]);
        }
        return Words(kept);

        static string Words(StringBuilder text) => string.Join(' ', WebUtility.HtmlDecode(text.ToString()).Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string UrlEncode(Rendering rendering, in Value value)
    {
        if (value.Kind != ValueKind.Dict)
            return Quote(rendering, value, "/");
        var pairs = new List<string>();
        foreach (var (key, item) in value.AsDict.Items)
            pairs.Add($"{Quote(rendering, key, "")}={Quote(rendering, item, "")}");
        return string.Join('&', pairs).Replace("%20", "+");
    }

    private static string Quote(Rendering rendering, in Value value, string kept)
    {
        var text = PythonText.Str(rendering, value);
        rendering.ChargeScan(4 * text.Length);
        return string.Join(kept, kept.Length == 0
            ? [Uri.EscapeDataString(text)]
            : text.Split(kept).Select(Uri.EscapeDataString));
    }

    private static Value NamedValues(in Arguments arguments)
    {
        if (arguments.Positional.Length > 0)
            throw Fault.Runtime("can't handle positional and keyword arguments at the same time");
        var items = new OrderedDictionary<Value, Value>();
        foreach (var (name, value) in arguments.Named)
            items[Value.From(name)] = value;
        return Value.From(new DictValue(items));
    }
}
