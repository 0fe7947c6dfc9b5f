using Vibee.Gguf;

namespace Vibee;

/// <summary>Files that a command is told to read.</summary>
internal static class InputFile
{
    /// <summary>A sentence for each that is not there.</summary>
    /// <param name="files">Options and what they name, if anything.</param>
    public static IEnumerable<string> FindProblems(params (string Option, string? Path)[] files) =>
        from file in files
        where file.Path is not null
        let problem = PathProblem.Find(file.Path)
        where problem is not null
        select $"{file.Option} {file.Path}: {problem}";

    /// <exception cref="IOException">It cannot be read; the message names it.</exception>
    public static string ReadText(string path) => Read(path, File.ReadAllText);

    /// <summary>Opened at once, read line by line.</summary>
    /// <exception cref="IOException">It cannot be opened; the message names it.</exception>
    public static IEnumerable<string> ReadLines(string path) => Read(path, File.ReadLines);

    private static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {PathProblem.OfReading(path, problem)}", problem);
        }
    }
}
