using System.Runtime.InteropServices;
using System.Text;

namespace Vibee.LlamaCpp;

/// <summary>C strings that came from native code, which may quote a hostile file: made into one printable line.</summary>
internal static unsafe class NativeText
{
    private const int Longest = 2000;

    public static string Line(byte* text) => Line(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    public static string Line(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest)
            utf8 = utf8[..Longest];
        var text = Encoding.UTF8.GetString(utf8.TrimEnd((byte)'\n'));
        return string.Create(text.Length, text, static (line, text) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) || text[i] is '\u2028' or '\u2029' ? ' ' : text[i];
        });
    }

    /// <summary>.NET's message explains at length how to find out what is wrong, and ends with what is wrong.</summary>
    public static string WhyNotLoaded(Exception exception) =>
        exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
}
