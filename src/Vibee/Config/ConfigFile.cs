using Vibee.Gguf;

namespace Vibee.Config;

/// <summary>A file of settings: for each name, which is an option's without its dashes, a value or several. TOML, or JSON
/// where the file's name ends in .json; both flat, since every option is.</summary>
/// <remarks>Format: <c>port = 8000</c>, <c>model = "m.gguf"</c>, <c>cors-origin = ["a", "b"]</c>; in JSON one object.
/// Values are kept as text, which the option itself reads, whichever way it came.</remarks>
internal sealed class ConfigFile
{
    private readonly Dictionary<string, ConfigEntry> _entries = [];
    private readonly List<string> _problems = [];

    private ConfigFile(string path) => Path = path;

    public string Path { get; }

    public IEnumerable<ConfigEntry> Entries => _entries.Values;

    /// <summary>What is wrong with it, whatever the options are; a sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Reads a file; if that fails, the result has no entries, and the reason among its problems.</summary>
    public static ConfigFile Read(string path)
    {
        var file = new ConfigFile(path);
        try
        {
            var text = File.ReadAllText(path);
            if (System.IO.Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase))
                JsonConfig.Read(text, file);
            else
                TomlConfig.Read(text, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            file._problems.Add($"--config {path}: {PathProblem.OfReading(path, exception)}");
        }

        return file;
    }

    public ConfigEntry? Find(string name) => _entries.GetValueOrDefault(name);

    public void Add(string name, IReadOnlyList<string> values, long line)
    {
        if (_entries.TryGetValue(name, out var first))
            Fail(line, $"'{name}' is there already, in line {first.Line}");
        else
            _entries.Add(name, new ConfigEntry(this, name, values, line));
    }

    public void Fail(long line, string problem) => _problems.Add($"{Path}:{line}: {problem}");
}

/// <param name="File">Where it stands.</param>
/// <param name="Name">An option's, without dashes.</param>
/// <param name="Values">One, or those of an array.</param>
/// <param name="Line">From 1.</param>
internal sealed record ConfigEntry(ConfigFile File, string Name, IReadOnlyList<string> Values, long Line);
