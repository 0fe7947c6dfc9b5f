using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vibee.Config;

/// <summary><c>--print-config</c>: every setting with its value and where that came from, as a file that <c>--config</c>
/// reads back. Secrets are left out.</summary>
internal static class ConfigPrinter
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static string Print(ParseResult parsed)
    {
        var lines = new List<(string Text, string Place)>();
        foreach (var option in parsed.CommandResult.Command.Options)
        {
            if (option is not ISetting setting)
                continue;
            var name = SettingSource.KeyOf(option.Name);
            var (texts, place) = Find(parsed, option);
            var line = setting.IsSecret && texts is not null ? $"# {name} = (hidden)"
                : (texts is null || option.ValueType == typeof(bool) ? setting.ValueIn(parsed) : Shown(option, texts)) is { } value and not string[] { Length: 0 } ? $"{name} = {Toml(value)}"
                : $"# {name} is not set";
            lines.Add((line, place));
        }

        var width = lines.Max(line => line.Text.Length);
        var text = new StringBuilder();
        foreach (var (line, place) in lines)
            text.Append(line.PadRight(width)).Append("  # ").Append(place).Append('\n');
        return text.ToString();
    }

    /// <summary>The texts that were given, and where; null is the default.</summary>
    private static (IReadOnlyList<string>? Texts, string Place) Find(ParseResult parsed, Option option)
    {
        if (parsed.GetResult(option) is { Implicit: false } given)
            return ([.. given.Tokens.Select(token => token.Value)], "command line");
        return SettingSource.Find(parsed.CommandResult, option.Name) is { } source ? (source.Values, source.Place) : (null, "default");
    }

    // Numbers as numbers where that is how the option takes them; sizes such as 4G are strings.
    private static object Shown(Option option, IReadOnlyList<string> texts)
    {
        if (option.Arity.MaximumNumberOfValues > 1)
            return texts;
        var isNumber = option.ValueType != typeof(string) && double.TryParse(texts[0], CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        return isNumber ? decimal.TryParse(texts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact : texts[0] : texts[0];
    }

    private static string Toml(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quote))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(value.ToString()!),
    };

    // TOML's basic strings escape as JSON's do.
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, Encoder)}\"";
}
