using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Vibee.Config;

/// <summary>Reads settings of TOML. The syntax tree is walked rather than an object filled: it knows lines, and needs no
/// reflection.</summary>
internal static class TomlConfig
{
    public static void Read(string text, ConfigFile file)
    {
        var document = SyntaxParser.Parse(text, file.Path);
        foreach (var diagnostic in document.Diagnostics)
            file.Fail(LineOf(diagnostic.Span), diagnostic.Message);
        if (document.HasErrors)
            return;

        foreach (var table in document.Tables)
            file.Fail(LineOf(table.Span), $"there are no sections: settings such as [{table.Name}] stand on lines of their own");
        foreach (var pair in document.KeyValues)
        {
            var name = NameOf(pair.Key!);
            if (Values(pair.Value) is { } values)
                file.Add(name, values, LineOf(pair.Span));
            else
                file.Fail(LineOf(pair.Span), $"'{name}' must be a string, a number, true, false, or an array of these");
        }
    }

    private static string NameOf(KeySyntax key) => (key.DotKeys.ChildrenCount, key.Key) switch
    {
        (0, BareKeySyntax bare) => bare.Key!.Text!,
        (0, StringValueSyntax quoted) => quoted.Value!,
        _ => key.ToString().Trim(),
    };

    private static List<string>? Values(ValueSyntax? value)
    {
        if (value is not ArraySyntax array)
            return Text(value) is { } single ? [single] : null;
        var values = new List<string>();
        foreach (var item in array.Items)
        {
            if (Text(item.Value) is not { } text)
                return null;
            values.Add(text);
        }

        return values;
    }

    private static string? Text(ValueSyntax? value) => value switch
    {
        StringValueSyntax text => text.Value,
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        FloatValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        BooleanValueSyntax boolean => boolean.Value ? "true" : "false",
        _ => null,
    };

    private static int LineOf(SourceSpan span) => span.Start.Line + 1;
}
