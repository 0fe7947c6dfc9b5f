namespace Vibee.Clients.Tests;

/// <summary>Where the files of the checkout lie.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string NodeClients { get; } = Path.Combine(Root, "tests", "clients", "node");

    public static string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>Reference data beside the checkout; null where it is absent.</summary>
    public static string? Shared(string path) =>
        Path.Combine(Root, "..", "shared", path) is var file && File.Exists(file) ? file : null;

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Vibee.slnx")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("Vibee.slnx");
        return directory.FullName;
    }
}
