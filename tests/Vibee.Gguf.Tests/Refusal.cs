namespace Vibee.Gguf.Tests;

internal static class Refusal
{
    /// <summary>The file is refused with one line that names a file and says <paramref name="expected"/>.</summary>
    public static void Contains(string expected, string path)
    {
        var refusal = Assert.Throws<GgufException>(() => GgufFile.Open(path).Dispose());
        Assert.Contains(expected, refusal.Message);
        Assert.StartsWith(refusal.Path + ": ", refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.InRange(refusal.Message.Length, 1, 600);
    }
}
