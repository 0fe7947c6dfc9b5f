using Vibee.Engine;
using Vibee.Gguf;

namespace Vibee.Benchmarks;

/// <summary>The template of the model that comes with the product, and the published ones where ../shared has them.</summary>
internal static class TemplateFiles
{
    private const string Own = "igla-tiny.gguf";

    private static readonly string Root = FindRoot();

    private static readonly string Published = Path.Combine(Path.GetDirectoryName(Root)!, "shared", "templates");

    public static IEnumerable<string> Names => Directory.Exists(Published)
        ? [Own, .. Directory.GetFiles(Published, "*.jinja").Select(path => Path.GetFileNameWithoutExtension(path)).Order()]
        : [Own];

    public static string Read(string name)
    {
        if (name != Own)
            return File.ReadAllText(Path.Combine(Published, name + ".jinja"));
        using var file = GgufFile.Open(Path.Combine(Root, "models", Own));
        return GgufModelInfo.Read(file).ChatTemplate!;
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Vibee.slnx")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("Vibee.slnx");
        return directory.FullName;
    }
}
