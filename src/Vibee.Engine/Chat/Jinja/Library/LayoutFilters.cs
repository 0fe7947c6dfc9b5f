using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Filters that lay text out: indent, center, truncate, wordwrap.</summary>
internal static class LayoutFilters
{
    public static Builtin[] All { get; } =
    [
        new("indent", "width? first? blank?", (r, self, a) => Indent(r, self, a)),
        new("center", "width?", (r, self, a) =>
        {
            var text = PythonText.Str(r, self);
            return TextFilters.Same(self, Methods.Find(ValueKind.Text, "center")!
                .Invoke(r, Value.From(text), new Arguments([a.Positional[0].IsMissing ? Value.From(80) : a.Positional[0]], []))
                .AsText);
        }),
        new("truncate", "length? killwords? end? leeway?", (r, self, a) => Truncate(r, self, a)),
        new("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", (r, self, a) => WordWrap(r, self, a)),
    ];

    private static Value Indent(Rendering rendering, in Value self, in Arguments arguments)
    {
        var width = arguments.Positional[0];
        var indent = width.IsText ? width.AsText : new string(' ', width.AsWidth(4));
        var text = PythonText.Str(rendering, self);
        rendering.ChargeScan(text.Length);
        // An empty text is one empty line, and a line end at the end begins another.
        var lines = TextSplitting.Lines(text + "\n");
        var buffer = new OutputBuffer(rendering);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                buffer.Append('\n');
            var isIndented = i == 0
                ? arguments.Positional[1].AsBool(false)
                : lines[i].Length > 0 || arguments.Positional[2].AsBool(false);
            if (isIndented)
                buffer.Append(indent);
            buffer.Append(lines[i]);
        }
        return TextFilters.Same(self, buffer.ToString());
    }

    private static Value Truncate(Rendering rendering, in Value self, in Arguments arguments)
    {
        var text = PythonText.Str(rendering, self);
        rendering.ChargeIndexing(Value.From(text));
        var length = arguments.Positional[0].AsIndex(255);
        var end = arguments.Positional[2].IsMissing ? "..." : arguments.Positional[2].AsString("end");
        var endLength = TextIndex.Length(end);
        var leeway = arguments.Positional[3].IsMissing || arguments.Positional[3].IsNone
            ? 5
            : arguments.Positional[3].AsIndex();
        if (length < endLength)
            throw Fault.Runtime($"expected length >= {endLength}, got {length}");
        if (leeway < 0)
            throw Fault.Runtime($"expected leeway >= 0, got {leeway}");
        if (TextIndex.Length(text) <= (long)length + leeway)
            return self.IsText ? self : Value.From(text);
        var kept = text[..TextIndex.ToUnits(text, length - endLength)];
        if (!arguments.Positional[1].AsBool(false) && kept.LastIndexOf(' ') is var space and >= 0)
            kept = kept[..space];
        return Value.From(kept + end);
    }

    /// <summary>Each line of the text on its own, broken at spaces so that none is longer than the width.</summary>
    private static Value WordWrap(Rendering rendering, in Value self, in Arguments arguments)
    {
        var text = PythonText.Str(rendering, self);
        rendering.ChargeScan(text.Length);
        var width = Math.Max(arguments.Positional[0].AsWidth(79), 1);
        var breaksWords = arguments.Positional[1].AsBool(true);
        var lineEnd = arguments.Positional[2].AsOptionalString("wrapstring") ?? "\n";
        var buffer = new OutputBuffer(rendering);
        var lines = TextSplitting.Lines(text);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                buffer.Append(lineEnd);
            WrapLine(rendering, buffer, lines[i], width, breaksWords, lineEnd);
        }
        return Value.From(buffer.ToString());
    }

    private static void WrapLine(
        Rendering rendering, OutputBuffer buffer, string line, int width, bool breaksWords, string lineEnd)
    {
        var rest = line.AsSpan();
        while (rest.Length > width)
        {
            rendering.Charge(1);
            var space = rest[..(width + 1)].LastIndexOf(' ');
            if (space <= 0)
                space = breaksWords ? width : rest.IndexOf(' ');
            if (space <= 0)
                break;
            buffer.Append(Characters.TrimEnd(rest[..space]));
            rest = rest[space..].TrimStart(' ');
            if (rest.IsEmpty)
                return;
            buffer.Append(lineEnd);
        }
        buffer.Append(rest);
    }
}
