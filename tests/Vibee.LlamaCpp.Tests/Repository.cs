namespace Vibee.LlamaCpp.Tests;

/// <summary>Where the files lie that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>A file of the shared folder beside the checkout, which not every machine has.</summary>
    public static string Shared(params ReadOnlySpan<string> path)
    {
        var file = Path.GetFullPath(Path.Combine([Root, "..", "shared", .. path]));
        if (!Path.Exists(file))
            Assert.Skip($"there is no {file}");
        return file;
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Vibee.slnx")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("Vibee.slnx");
        return directory.FullName;
    }
}
