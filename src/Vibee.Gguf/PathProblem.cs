namespace Vibee.Gguf;

/// <summary>Why a path that a user named cannot be used, in words that follow the path and a colon. The system's own name
/// the path again, or a part of it, and seldom the cause: reading a directory is "access denied" to them.</summary>
public static class PathProblem
{
    private const string IsDirectory = "this is a directory, not a file";

    /// <summary>What shows of a file to be read before it is opened: opening a pipe would wait for its writer.</summary>
    /// <returns>Null if it is there.</returns>
    public static string? Find(string path) =>
        Directory.Exists(path) ? IsDirectory : File.Exists(path) ? null : "there is no such file";

    /// <summary>Why a file could not be read.</summary>
    public static string OfReading(string path, Exception problem) =>
        Find(path) ?? (problem is UnauthorizedAccessException ? "it may not be read" : Said(problem));

    /// <summary>Why a file could not be written.</summary>
    public static string OfWriting(string path, Exception problem) => Directory.Exists(path) ? IsDirectory : problem switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? "it cannot be made there" : "there is no directory for it",
        UnauthorizedAccessException => "it may not be written",
        _ => Said(problem),
    };

    /// <summary>Why a directory could not be made, or files in it not be read or written.</summary>
    public static string OfDirectory(string path, Exception problem) => File.Exists(path) ? "this is a file, not a directory" : problem switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it cannot be made there",
        UnauthorizedAccessException => "it may not be read or written",
        _ => Said(problem),
    };

    // Some end with a full stop, some do not; what follows is the caller's.
    private static string Said(Exception problem) => problem.Message.TrimEnd('.');
}
