using System.CommandLine.Parsing;

namespace Vibee.Config;

/// <summary>What the environment or the file says of an option that the command line does not have.</summary>
/// <param name="Values">The texts.</param>
/// <param name="Place">Where they stand.</param>
/// <param name="Prefix">How a message about the value begins, up to the value.</param>
internal sealed record SettingSource(IReadOnlyList<string> Values, string Place, string Prefix)
{
    public static string VariableOf(string option) => "VIBEE_" + KeyOf(option).Replace('-', '_').ToUpperInvariant();

    /// <summary>The option's name in a file.</summary>
    public static string KeyOf(string option) => option.TrimStart('-');

    /// <summary>The variable, else the file's entry, else null.</summary>
    /// <param name="result">Of the command line that may name a file.</param>
    /// <param name="option">The option's name with dashes.</param>
    public static SettingSource? Find(SymbolResult result, string option)
    {
        var variable = VariableOf(option);
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text)
            return new([text], variable, variable + "=");
        if (ConfigOption.FileOf(result)?.Find(KeyOf(option)) is not { } entry)
            return null;
        var place = $"{entry.File.Path}:{entry.Line}";
        return new(entry.Values, place, $"{place}: {entry.Name} = ");
    }
}
