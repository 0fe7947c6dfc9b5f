namespace Vibee.Trinity.Tests;

/// <summary>Finds files of the checkout, and those beside it that not every machine has.</summary>
internal static class Files
{
    public static string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>A file or folder of the shared folder; the test is skipped where it is absent.</summary>
    public static string Shared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        if (!Path.Exists(full))
            Assert.Skip($"{full} is not on this machine.");
        return full;
    }

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Vibee.slnx")))
                return folder;
        }

        throw new InvalidOperationException("The tests do not run inside the checkout.");
    }
}
