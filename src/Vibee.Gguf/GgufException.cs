using System.Text;

namespace Vibee.Gguf;

/// <summary>A file that cannot be read as GGUF. The message is one line for a user: the file, then what is wrong with it.</summary>
public sealed class GgufException : Exception
{
    private const int LongestQuote = 80;

    public GgufException(string path, string problem, Exception? inner = null)
        : base($"{OneLine(path, int.MaxValue)}: {problem}", inner)
    {
        Path = path;
    }

    public string Path { get; }

    /// <summary>
    /// Quotes a name that came out of the file. Names are hostile input: a line break or an escape sequence in one
    /// must not reach the terminal or the log, and a megabyte of it neither.
    /// </summary>
    internal static string Quote(string name) => $"'{OneLine(name, LongestQuote)}'";

    private static string OneLine(string text, int longest)
    {
        var line = new StringBuilder(Math.Min(text.Length, LongestQuote));
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, longest)))
            line.Append(char.IsControl(letter) || letter is '\u2028' or '\u2029' ? '?' : letter);
        return text.Length > longest ? line.Append('…').ToString() : line.ToString();
    }
}
