using System.Text.RegularExpressions;

namespace Vibee.Trinity.Models;

/// <summary>Removes what nobody reads any more from a directory of packed weights, and nothing else that may be there.</summary>
internal static partial class PackSweep
{
    /// <summary>Files of older layouts, and those that a start which was cut off left half written.</summary>
    public static void Clean(string directory, int layout)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*.panels*"))
        {
            if (OurName().Match(Path.GetFileName(path)) is not { Success: true } name)
                continue;
            var isOld = int.TryParse(name.Groups["layout"].Value, out var version) && version < layout;
            if (isOld || (name.Groups["draft"].Success && IsAbandoned(path)))
                Delete(path);
        }
    }

    /// <summary>Deletes a file if it is there and can be.</summary>
    public static void Delete(string path)
    {
        try
        {
            // Where there is no directory, deleting would say so.
            if (File.Exists(path))
                File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Somebody reads it, or it is not ours: then it stays.
        }
    }

    // Whoever writes holds the file for itself, and a process that ended holds nothing.
    private static bool IsAbandoned(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[0-9a-f]{32}-\d+-v(?<layout>\d+)\.panels(?<draft>\.[0-9a-f]{32})?$", RegexOptions.CultureInvariant)]
    private static partial Regex OurName();
}
