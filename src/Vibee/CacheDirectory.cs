namespace Vibee;

/// <summary>Where this user's programs keep what can be made again.</summary>
internal static class CacheDirectory
{
    /// <summary>Vibee's own, which may not exist; null for a user who has no home.</summary>
    public static string? Find() => FindRoot() is { } root ? Path.Combine(root, "vibee") : null;

    private static string? FindRoot()
    {
        if (OperatingSystem.IsWindows())
            return Rooted(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        var home = Rooted(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        if (OperatingSystem.IsMacOS())
            return home is null ? null : Path.Combine(home, "Library", "Caches");
        return Rooted(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")) ?? (home is null ? null : Path.Combine(home, ".cache"));
    }

    // What is not rooted would depend on where the server is started, and so XDG says to ignore it.
    private static string? Rooted(string? path) => Path.IsPathRooted(path) ? path : null;
}
