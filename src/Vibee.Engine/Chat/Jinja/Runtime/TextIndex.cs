using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>Python counts characters where .NET counts UTF-16 units; only text with surrogates can tell.</summary>
internal static class TextIndex
{
    private static readonly Value[] Ascii =
        [.. Enumerable.Range(0, 128).Select(c => Value.From(((char)c).ToString()))];

    public static bool IsSimple(ReadOnlySpan<char> text) => !text.ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Length(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        if (IsSimple(text))
            return count;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
                count--;
        }
        return count;
    }

    /// <summary>The unit at which character <paramref name="index"/> starts.</summary>
    public static int ToUnits(ReadOnlySpan<char> text, int index)
    {
        if (IsSimple(text))
            return index;
        var unit = 0;
        for (; index > 0; index--)
            unit += Width(text, unit);
        return unit;
    }

    public static int ToCharacters(ReadOnlySpan<char> text, int unit) => Length(text[..unit]);

    public static Value At(string text, int index)
    {
        var unit = ToUnits(text, index);
        return Character(text, unit, Width(text, unit));
    }

    public static IEnumerable<Value> Characters(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var width = Width(text, i);
            yield return Character(text, i, width);
            i += width;
        }
    }

    private static Value Character(string text, int unit, int width) =>
        width == 1 && text[unit] < 128 ? Ascii[text[unit]] : Value.From(text.Substring(unit, width));

    private static int Width(ReadOnlySpan<char> text, int unit) =>
        unit + 1 < text.Length && char.IsSurrogatePair(text[unit], text[unit + 1]) ? 2 : 1;
}
