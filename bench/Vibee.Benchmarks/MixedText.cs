using System.Text;

namespace Vibee.Benchmarks;

/// <summary>Text of several kinds in turn: this project's own prose and code, and sentences in other scripts.</summary>
internal static class MixedText
{
    private static readonly string[] s_sentences =
    [
        "Съешь же ещё этих мягких французских булок да выпей чаю. ",
        "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ",
        "我能吞下玻璃而不伤身体。今天天气很好，我们去公园散步吧。",
        "いろはにほへと ちりぬるを わかよたれそ つねならむ。",
        "다람쥐 헌 쳇바퀴에 타고파. ",
        "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر. ",
        "El veloz murciélago hindú comía feliz cardillo y kiwi. ",
        "3.14159 × 2,718 = 8.5397… 🚀🎉 100 % → 42 € ½ ",
    ];

    /// <summary>The folder with Vibee.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <param name="length">In bytes of UTF-8, not quite: a last character is not cut.</param>
    public static string Make(int length)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "README.md")).Order(StringComparer.Ordinal).ToArray();
        var (text, bytes) = (new StringBuilder(), 0);
        for (var i = 0; bytes < length; i++)
        {
            var part = i % 2 == 0
                ? File.ReadAllText(files[i / 2 % files.Length])
                : string.Concat(Enumerable.Range(0, 24).Select(j => s_sentences[(i + j) % s_sentences.Length]));
            text.Append(part);
            bytes += Encoding.UTF8.GetByteCount(part);
        }

        return text.ToString();
    }

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Vibee.slnx")))
                return folder;
        }

        throw new InvalidOperationException("The benchmarks do not run inside the checkout.");
    }
}
