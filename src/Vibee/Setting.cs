using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Vibee.Config;

namespace Vibee;

/// <summary>
/// Makes command line options that may also be given as environment variables or, to commands that take <c>--config</c>,
/// in a file: <c>--gpu-layers 20</c> is <c>VIBEE_GPU_LAYERS=20</c> and <c>gpu-layers = 20</c>. The command line wins, then
/// the variable. A bad value is a problem that names where it came from.
/// </summary>
internal static class Setting
{
    private const string NoUrl = "must be an address such as http://localhost:8000";

    public static Option<string?> Text(string name, string description, params string[] aliases) =>
        Create<string?>(name, null, text => new(text, text.Length == 0 ? "must not be empty" : null), description, aliases);

    /// <summary>A text that has a default.</summary>
    public static Option<string> TextOr(string name, string fallback, string description) =>
        Create(name, fallback, text => new(text, text.Length == 0 ? "must not be empty" : null), description);

    /// <summary>Several texts: the option again and again, or with commas between, which is how the variable has them; an
    /// array in a file.</summary>
    public static Option<string[]> Texts(string name, string description, bool isSecret = false)
    {
        return new SettingOption<string[]>(name)
        {
            Description = $"{description} [{SettingSource.VariableOf(name)}]",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            IsSecret = isSecret,
            CustomParser = result => Split(result, name + " ", result.Tokens.Select(token => token.Value)),
            DefaultValueFactory = result => SettingSource.Find(result, name) is { } given ? Split(result, given.Prefix, given.Values) : [],
        };

        // What was wrong is not repeated: it may be a secret.
        static string[] Split(ArgumentResult result, string source, IEnumerable<string> given)
        {
            string[] texts = [.. given.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))];
            if (texts.Contains(""))
                result.AddError($"{source}: must not be empty");
            return texts;
        }
    }

    /// <summary>Something that is off unless it is said.</summary>
    public static Option<bool> Flag(string name, string description)
    {
        var option = Create(name, false, text => text.ToLowerInvariant() switch
        {
            "true" or "on" or "1" => new(true, null),
            "false" or "off" or "0" => new(false, null),
            _ => new Parsed<bool>(false, "must be on or off"),
        }, description);
        option.Arity = ArgumentArity.ZeroOrOne; // its name alone is enough
        return option;
    }


    public static Option<string> Choice(string name, string fallback, string[] choices, string description) =>
        Create<string>(name, fallback, text => choices.Contains(text)
            ? new(text, null)
            : new(fallback, $"must be one of {string.Join(", ", choices)}"), $"{description} [{string.Join('|', choices)}]");

    /// <summary>One of a few words, or nothing.</summary>
    public static Option<string?> OptionalChoice(string name, string[] choices, string description) =>
        Create<string?>(name, null, text => choices.Contains(text)
            ? new(text, null)
            : new(null, $"must be one of {string.Join(", ", choices)}"), $"{description} [{string.Join('|', choices)}]");

    public static Option<Uri> Url(string name, string fallback, string description) =>
        Create(name, new Uri(fallback), text => ParseUrl(text) is { } url ? new(url, null) : new(new Uri(fallback), NoUrl), description);

    /// <summary>An address, or none.</summary>
    public static Option<Uri?> OptionalUrl(string name, string description) =>
        Create<Uri?>(name, null, text => ParseUrl(text) is { } url ? new(url, null) : new(null, NoUrl), description);

    /// <summary>A number that has a default.</summary>
    public static Option<T> Number<T>(string name, T fallback, T min, T max, string description) where T : struct, INumber<T> =>
        Create(name, fallback, text => Parse(text, min, max), description);

    /// <summary>A number that is decided later when it is not given.</summary>
    public static Option<T?> OptionalNumber<T>(string name, T min, T max, string description) where T : struct, INumber<T> =>
        Create<T?>(name, null, text => Parse(text, min, max) switch { var (value, problem) => new(value, problem) }, description);

    /// <summary>Several numbers, with commas between.</summary>
    public static Option<int[]> Numbers(string name, int[] fallback, int min, int max, string description) => Create(name, fallback, text =>
    {
        var numbers = text.Split(',').Select(part => Parse(part, min, max)).ToList();
        return numbers.Find(number => number.Problem is not null) is { Problem: not null }
            ? new(fallback, $"must be whole numbers from {min} to {max} with commas between")
            : new([.. numbers.Select(number => number.Value)], (string?)null);
    }, description);

    /// <summary>A number of bytes, with K, M or G for powers of 1024.</summary>
    public static Option<long?> Size(string name, string description) => Create<long?>(name, null, text =>
    {
        var shift = char.ToUpperInvariant(text.LastOrDefault()) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= long.MaxValue >> shift
            ? new(value << shift, null)
            : new(null, "must be a size such as 900M or 4G");
    }, description);

    private static Uri? ParseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https") ? url : null;

    private static Parsed<T> Parse<T>(string text, T min, T max) where T : INumber<T>
    {
        var kind = T.IsInteger(T.One / (T.One + T.One)) ? "a whole number" : "a number";
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? new(value, null)
            : new(min, $"must be {kind} from {min} to {max}");
    }

    private static SettingOption<T> Create<T>(string name, T fallback, Func<string, Parsed<T>> parse, string description, params string[] aliases)
    {
        var variable = SettingSource.VariableOf(name);
        return new SettingOption<T>(name, aliases)
        {
            Description = $"{description} [{variable}]",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Take(result, name + " ", result.Tokens is [var token, ..] ? token.Value : "on"),
            DefaultValueFactory = result => SettingSource.Find(result, name) switch
            {
                null => fallback,
                { Values: [var text] } given => Take(result, given.Prefix, text),
                var given => Refuse(result, given),
            },
        };

        T Take(ArgumentResult result, string prefix, string text)
        {
            var (value, problem) = parse(text);
            if (problem is not null)
                result.AddError($"{prefix}{text}: {problem}");
            return value;
        }

        T Refuse(ArgumentResult result, SettingSource given)
        {
            result.AddError($"{given.Prefix}[{string.Join(", ", given.Values)}]: takes one value");
            return fallback;
        }
    }

    private static string VariableOf(string name) => "VIBEE_" + name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private readonly record struct Parsed<T>(T Value, string? Problem);
}
