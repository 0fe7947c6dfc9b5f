using System.Text;

namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary><c>\s+$</c>: white space at the end of the text. Read backwards; forwards, long runs take quadratic time.</summary>
internal sealed class TrailingSpaceSplitter : Splitter
{
    public override void Split(ReadOnlySpan<byte> text, int origin, List<int> ends)
    {
        var start = text.Length;
        while (start > 0)
        {
            Rune.DecodeLastFromUtf8(text[..start], out var rune, out var length);
            if (CodePoints.ClassOf(rune.Value) != CodePointClass.Space)
                break;
            start -= length;
        }
        if (start > 0)
            ends.Add(origin + start);
        if (start < text.Length)
            ends.Add(origin + text.Length);
    }
}
