using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Methods of str, all but those that cut it up.</summary>
internal static class TextMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        .. Shapes(),
        .. Searches(),
        .. Classes(),
    ];

    /// <summary>The one common letter that gets longer is looked after; ligatures and their like are not.</summary>
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS");

    public static string Capitalize(string text) => text.Length == 0
        ? text
        : text[..First(text)].ToUpperInvariant() + text[First(text)..].ToLowerInvariant();

    /// <summary>A capital after everything that is no letter.</summary>
    public static string Title(string text)
    {
        var inWord = false;
        return string.Create(text.Length, text, (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = inWord ? char.ToLowerInvariant(source[i]) : char.ToUpperInvariant(source[i]);
                inWord = char.IsLetter(source[i]);
            }
        });
    }

    public static string Strip(
        Rendering rendering, string text, string? characters, bool left = true, bool right = true)
    {
        int start = 0, end = text.Length;
        while (left && start < end && IsStripped(text[start]))
            start++;
        while (right && end > start && IsStripped(text[end - 1]))
            end--;
        // Most texts have little to strip, and the little is all that is looked at.
        rendering.ChargeScan((text.Length - (end - start)) * (1L + (characters?.Length ?? 0) / 8));
        rendering.ChargeCharacters(end - start);
        return text[start..end];

        bool IsStripped(char c) => characters is null ? Characters.IsSpace(c) : characters.Contains(c);
    }

    public static string Replace(Rendering rendering, string text, string old, string with, int count)
    {
        if (count < 0)
            count = int.MaxValue;
        rendering.ChargeSearch(text, old);
        // Counted first: many short finds of a long replacement make more than there is memory.
        var found = old.Length == 0 ? text.Length + 1 : text.AsSpan().Count(old);
        found = Math.Min(found, count);
        rendering.Charge(found);
        rendering.ChargeOutput(text.Length, (int)Math.Min((long)found * with.Length, int.MaxValue));
        if (found == 0)
            return text;
        if (old.Length > 0 && count == int.MaxValue)
            return text.Replace(old, with, StringComparison.Ordinal);

        var buffer = new OutputBuffer(rendering);
        var position = 0;
        for (; found > 0; found--)
        {
            var next = old.Length > 0 ? text.IndexOf(old, position, StringComparison.Ordinal) : position;
            if (old.Length == 0 && buffer.Length > 0)
                buffer.Append(text[position++]);
            else
                buffer.Append(text.AsSpan(position, next - position));
            buffer.Append(with);
            if (old.Length > 0)
                position = next + old.Length;
        }
        buffer.Append(text.AsSpan(Math.Min(position, text.Length)));
        return buffer.ToString();
    }

    private static int First(string text) => text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;

    private static IEnumerable<Builtin> Shapes() =>
    [
        Map("upper", Upper),
        Map("lower", text => text.ToLowerInvariant()),
        Map("casefold", text => text.ToLowerInvariant()),
        Map("capitalize", Capitalize),
        Map("title", Title),
        Map("swapcase", text => string.Concat(text.Select(c =>
            char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        new("strip", "chars?", (r, self, a) => Stripped(r, self, a, true, true)),
        new("lstrip", "chars?", (r, self, a) => Stripped(r, self, a, true, false)),
        new("rstrip", "chars?", (r, self, a) => Stripped(r, self, a, false, true)),
        new("replace", "old new count?", (r, self, a) => Value.From(Replace(r, self.AsText,
            a.Positional[0].AsString("replace() argument 1"), a.Positional[1].AsString("replace() argument 2"),
            a.Positional[2].AsIndex(-1)))),
        new("removeprefix", "prefix", (_, self, a) => a.Positional[0].AsString("removeprefix() argument") is var prefix
            && self.AsText.StartsWith(prefix, StringComparison.Ordinal) ? Value.From(self.AsText[prefix.Length..]) : self),
        new("removesuffix", "suffix", (_, self, a) => a.Positional[0].AsString("removesuffix() argument") is var suffix
            && self.AsText.EndsWith(suffix, StringComparison.Ordinal) ? Value.From(self.AsText[..^suffix.Length]) : self),
        new("ljust", "width fillchar?", (r, self, a) => Padded(r, self, a, '<')),
        new("rjust", "width fillchar?", (r, self, a) => Padded(r, self, a, '>')),
        new("center", "width fillchar?", (r, self, a) => Padded(r, self, a, '^')),
        new("zfill", "width", (r, self, a) => Value.From(ZeroFill(r, self.AsText, a.Positional[0].AsWidth()))),
        new("expandtabs", "tabsize?", (r, self, a) => Value.From(ExpandTabs(r, self.AsText, a.Positional[0].AsWidth(8)))),
        new("join", "items", (r, self, a) => Value.From(Join(r, self.AsText, a.Positional[0]))),
        new("format", "*", (r, self, a) => Value.From(new BraceFormat(r, a).Format(self.AsText))),
        new("format_map", "mapping", (r, self, a) => Value.From(new BraceFormat(r, new Arguments([],
            [.. DictFactory.From(r, a.Positional[0]).Items
                .Select(p => KeyValuePair.Create(PythonText.Str(r, p.Key), p.Value))])).Format(self.AsText))),
    ];

    private static IEnumerable<Builtin> Searches() =>
    [
        new("startswith", "prefix start? end?", (r, self, a) => Affix(r, self, a, "startswith",
            (text, affix) => text.StartsWith(affix, StringComparison.Ordinal))),
        new("endswith", "suffix start? end?", (r, self, a) => Affix(r, self, a, "endswith",
            (text, affix) => text.EndsWith(affix, StringComparison.Ordinal))),
        new("find", "sub start? end?", (r, self, a) => Value.From(Find(r, self, a, last: false))),
        new("rfind", "sub start? end?", (r, self, a) => Value.From(Find(r, self, a, last: true))),
        new("index", "sub start? end?", (r, self, a) => Found(Find(r, self, a, last: false))),
        new("rindex", "sub start? end?", (r, self, a) => Found(Find(r, self, a, last: true))),
        new("count", "sub start? end?", (r, self, a) =>
        {
            var (text, _) = Part(r, self, a);
            var sub = a.Positional[0].AsString("count() argument 1");
            r.ChargeSearch(text, sub);
            return Value.From(sub.Length == 0 ? TextIndex.Length(text) + 1 : text.AsSpan().Count(sub));
        }),
    ];

    private static IEnumerable<Builtin> Classes() =>
    [
        Test("isalpha", text => text.All(char.IsLetter)),
        Test("isdigit", text => text.All(char.IsDigit)),
        Test("isdecimal", text => text.All(char.IsDigit)),
        Test("isnumeric", text => text.All(char.IsNumber)),
        Test("isalnum", text => text.All(c => char.IsLetter(c) || char.IsNumber(c))),
        Test("isspace", text => text.All(Characters.IsSpace)),
        Test("isidentifier", text => Characters.IsNameStart(text[0]) && text.All(Characters.IsNamePart)),
        Test("isprintable", text => !text.Any(char.IsControl), whenEmpty: true),
        Test("isascii", text => text.All(char.IsAscii), whenEmpty: true),
        Test("isupper", text => text.Any(char.IsUpper) && !text.Any(char.IsLower)),
        Test("islower", text => text.Any(char.IsLower) && !text.Any(char.IsUpper)),
        Test("istitle", text => text.Any(char.IsLetter) && Title(text) == text),
    ];

    private static Builtin Map(string name, Func<string, string> map) => new(name, "", (r, self, _) =>
    {
        r.ChargeScan(self.AsText.Length);
        return Value.From(map(self.AsText));
    });

    private static Builtin Test(string name, Func<string, bool> test, bool whenEmpty = false) => new(name, "", (r, self, _) =>
    {
        r.ChargeScan(self.AsText.Length);
        return Value.From(self.AsText.Length == 0 ? whenEmpty : test(self.AsText));
    });

    private static Value Stripped(Rendering rendering, in Value self, in Arguments arguments, bool left, bool right)
    {
        var characters = arguments.Positional[0].AsOptionalString("strip arg");
        return Value.From(Strip(rendering, self.AsText, characters, left, right));
    }

    private static Value Padded(Rendering rendering, in Value self, in Arguments arguments, char align)
    {
        var width = arguments.Positional[0].AsWidth();
        var fill = arguments.Positional[1].AsOptionalString("the fill character") ?? " ";
        if (fill.Length != 1)
            throw Fault.Runtime("The fill character must be exactly one character long");
        rendering.ChargeOutput(self.AsText.Length, width);
        var missing = width - TextIndex.Length(self.AsText);
        if (missing <= 0)
            return self;
        // Where an odd one goes, str.center decides otherwise than format() does.
        var left = align switch { '<' => 0, '>' => missing, _ => missing / 2 + (missing & width & 1) };
        return Value.From(new string(fill[0], left) + self.AsText + new string(fill[0], missing - left));
    }

    private static string ZeroFill(Rendering rendering, string text, int width)
    {
        rendering.ChargeOutput(text.Length, width);
        var sign = text is ['+' or '-', ..] ? text[..1] : "";
        return sign + text[sign.Length..].PadLeft(Math.Max(width - sign.Length, 0), '0');
    }

    private static string ExpandTabs(Rendering rendering, string text, int size)
    {
        var buffer = new OutputBuffer(rendering);
        var column = 0;
        foreach (var c in text)
        {
            if (c == '\t')
            {
                var spaces = size == 0 ? 0 : size - column % size;
                buffer.Append(' ', spaces);
                column += spaces;
                continue;
            }
            buffer.Append(c);
            column = c is '\n' or '\r' ? 0 : column + 1;
        }
        return buffer.ToString();
    }

    private static string Join(Rendering rendering, string separator, in Value items)
    {
        if (!Iteration.IsIterable(items))
            throw Fault.Runtime("can only join an iterable");
        var buffer = new OutputBuffer(rendering);
        var index = 0;
        foreach (var item in Iteration.Of(rendering, items))
        {
            if (!item.IsText)
                throw Fault.Runtime($"sequence item {index}: expected str instance, {TypeNames.Of(item)} found");
            if (index++ > 0)
                buffer.Append(separator);
            buffer.Append(item.AsText);
        }
        return buffer.ToString();
    }

    private static Value Affix(
        Rendering rendering, in Value self, in Arguments arguments, string method, Func<string, string, bool> matches)
    {
        var (text, _) = Part(rendering, self, arguments);
        var affix = arguments.Positional[0];
        if (affix.IsText)
            return Value.From(matches(text, affix.AsText));
        if (affix.IsUndefined)
            throw affix.AsUndefined.Fault();
        if (affix.Kind != ValueKind.Tuple)
        {
            throw Fault.Runtime(
                $"{method} first arg must be str or a tuple of str, not {TypeNames.Of(affix)}");
        }
        rendering.Charge(affix.Weight);
        foreach (var item in affix.AsList.Items)
        {
            if (matches(text, item.AsString($"tuple for {method}")))
                return Value.True;
        }
        return Value.False;
    }

    private static int Find(Rendering rendering, in Value self, in Arguments arguments, bool last)
    {
        var (text, start) = Part(rendering, self, arguments);
        var sub = arguments.Positional[0].AsString("the substring");
        rendering.ChargeSearch(text, sub);
        var unit = last ? text.LastIndexOf(sub, StringComparison.Ordinal) : text.IndexOf(sub, StringComparison.Ordinal);
        return unit < 0 ? -1 : start + TextIndex.ToCharacters(text, unit);
    }

    private static Value Found(int index) => index >= 0 ? Value.From(index) : throw Fault.Runtime("substring not found");

    /// <summary>The text between start and end, and where it starts.</summary>
    private static (string Text, int Start) Part(Rendering rendering, in Value self, in Arguments arguments)
    {
        rendering.ChargeIndexing(self);
        if (arguments.Positional[1].IsMissing)
            return (self.AsText, 0);
        var length = TextIndex.Length(self.AsText);
        var start = arguments.Positional[1].IsNone ? 0 : arguments.Positional[1].AsIndex();
        start = Math.Clamp(start < 0 ? start + length : start, 0, length);
        return (Slicing.Slice(rendering, self, Value.From(start), arguments.Positional[2], default).AsText, start);
    }
}
