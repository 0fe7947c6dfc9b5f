namespace Vibee.Gguf.Tests;

/// <summary>The models that the tests read, and a folder for the files that they write.</summary>
internal sealed class TestFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vibee-gguf-");

    public static string Root { get; } = FindRoot();

    public static string Stories => Path.Combine(Root, "models", "stories260K.gguf");

    public static string Igla => Path.Combine(Root, "models", "igla-tiny.gguf");

    /// <summary>Files that lie beside the checkout; none where they are absent.</summary>
    public static string[] Shared(string folder)
    {
        var path = Path.Combine(Root, "..", "shared", folder);
        return Directory.Exists(path) ? Directory.GetFiles(path, "*.gguf", SearchOption.AllDirectories) : [];
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(byte[] bytes, string name = "x.gguf")
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    public string Write(GgufWriter writer, string name = "x.gguf")
    {
        writer.WriteTo(PathOf(name));
        return PathOf(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Vibee.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Vibee.slnx above the tests");
        return folder;
    }
}
