namespace Vibee.Grammars;

/// <summary>A line of a file that is not empty.</summary>
/// <param name="Place">The file and the line's number, for messages.</param>
/// <param name="Text">What it says.</param>
internal readonly record struct InputLine(string Place, string Text)
{
    public static IEnumerable<InputLine> Read(string path) =>
        InputFile.ReadLines(path).Select((text, index) => new InputLine($"{path}:{index + 1}", text)).Where(line => line.Text.Length > 0);
}
