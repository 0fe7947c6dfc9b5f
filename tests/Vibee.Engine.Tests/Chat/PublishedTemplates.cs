using System.Globalization;
using System.Text.Json.Nodes;

namespace Vibee.Engine.Tests.Chat;

/// <summary>The published templates and what the reference makes of them; not part of the repository.</summary>
internal sealed class PublishedTemplates
{
    private readonly string _folder;

    private PublishedTemplates(string folder)
    {
        _folder = folder;
        Golden = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "golden", "chat-templates.json")))!.AsObject();
        Time = new FixedTime(DateTime.Parse(Golden["now"]!.GetValue<string>(), CultureInfo.InvariantCulture));
    }

    public JsonObject Golden { get; }

    public TimeProvider Time { get; }

    public static PublishedTemplates LoadOrSkip()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vibee.slnx")))
            root = root.Parent;
        var folder = root?.Parent is null ? null : Path.Combine(root.Parent.FullName, "shared");
        if (folder is null || !File.Exists(Path.Combine(folder, "golden", "chat-templates.json")))
            Assert.Skip("the published templates (../shared) are not here");
        return new PublishedTemplates(folder);
    }

    public string ReadSource(string name) => File.ReadAllText(Path.Combine(_folder, "templates", name));

    public IEnumerable<string> Names() =>
        Directory.GetFiles(Path.Combine(_folder, "templates")).Select(path => Path.GetFileName(path)).Order();

    /// <summary>The variables of a case, bos_token and eos_token included.</summary>
    public JsonObject ReadContext(string caseName)
    {
        var context = Golden["context"]!.DeepClone().AsObject();
        foreach (var (name, value) in Golden["cases"]![caseName]!.AsObject())
            context[name] = value?.DeepClone();
        return context;
    }
}
