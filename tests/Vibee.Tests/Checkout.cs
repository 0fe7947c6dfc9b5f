namespace Vibee.Tests;

/// <summary>Where the files are that tests read.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>A file of the reference data beside the checkout; skips the test where it is absent.</summary>
    public static string Shared(params string[] path)
    {
        var file = Path.Combine([Root, "..", "shared", .. path]);
        if (!Path.Exists(file))
            Assert.Skip($"{Path.Combine(path)} is not beside this checkout.");
        return file;
    }

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Vibee.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        return directory.FullName;
    }
}
