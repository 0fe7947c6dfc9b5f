using System.CommandLine;

namespace Vibee.Config;

/// <summary>An option that has a variable and, where the command takes a file, a name in it.</summary>
internal sealed class SettingOption<T>(string name, params string[] aliases) : Option<T>(name, aliases), ISetting
{
    public bool IsSecret { get; init; }

    public object? ValueIn(ParseResult parsed) => parsed.GetValue(this);
}

/// <summary>What can be said of every <see cref="SettingOption{T}"/>, whatever its type.</summary>
internal interface ISetting
{
    /// <summary>Whether its value must not be shown.</summary>
    bool IsSecret { get; }

    /// <summary>The value that holds.</summary>
    object? ValueIn(ParseResult parsed);
}
