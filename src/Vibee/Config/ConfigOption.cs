using System.CommandLine;
using System.CommandLine.Parsing;

namespace Vibee.Config;

/// <summary><c>--config FILE</c>: the other options of its command find in that file what the command line and the
/// environment do not say.</summary>
internal sealed class ConfigOption : Option<string?>
{
    private const string Path = "--config";

    private static readonly string Variable = SettingSource.VariableOf(Path);

    private readonly Command _command;
    private ConfigFile? _file;

    /// <param name="command">Whose options the file may have.</param>
    public ConfigOption(Command command) : base(Path)
    {
        _command = command;
        Description = $"File of settings, TOML, or JSON if its name ends in .json: options without their dashes, such as port = 8000. The command line and variables come before it [{Variable}]";
        HelpName = "FILE";
        Arity = ArgumentArity.ExactlyOne;
        CustomParser = result => Check(result, result.Tokens[0].Value);
        DefaultValueFactory = result => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? Check(result, path) : null;
    }

    /// <summary>The file that the command line or the environment names.</summary>
    public static ConfigFile? FileOf(SymbolResult result)
    {
        for (var at = result; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var command } && command.Options.OfType<ConfigOption>().FirstOrDefault() is { } option)
                return option.Find(result);
        }

        return null;
    }

    // Not by the option's value: one that has errors has none, and the other options are to be looked at all the same.
    private ConfigFile? Find(SymbolResult result)
    {
        var path = result.GetResult(this) is { Tokens: [var token, ..] } ? token.Value : Environment.GetEnvironmentVariable(Variable);
        return path is { Length: > 0 } ? Open(path) : null;
    }

    private ConfigFile Open(string path) => _file?.Path == path ? _file : _file = ConfigFile.Read(path);

    private string Check(ArgumentResult result, string path)
    {
        var file = Open(path);
        foreach (var problem in file.Problems)
            result.AddError(problem);
        var known = _command.Options.Where(option => option is ISetting).Select(option => SettingSource.KeyOf(option.Name)).ToHashSet();
        foreach (var entry in file.Entries.Where(entry => !known.Contains(entry.Name)))
            result.AddError($"{file.Path}:{entry.Line}: there is no setting '{entry.Name}'");
        return path;
    }
}
