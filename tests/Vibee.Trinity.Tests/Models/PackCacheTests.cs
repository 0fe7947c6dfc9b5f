using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Tests.Models;

/// <summary>Packed weights that are kept for the next start.</summary>
public sealed class PackCacheTests : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(1, 30)];

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"vibee-{Guid.NewGuid():n}");
    private readonly float[] _expected;

    public PackCacheTests()
    {
        if (!Vector128.IsHardwareAccelerated)
            Assert.Skip("Panels are for processors with vectors.");
        _expected = Evaluate(directory: null);
    }

    private string Kept => Assert.Single(Directory.GetFiles(_directory));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Load_Again_ReadsWhatWasKept()
    {
        Assert.Equal(_expected, Evaluate(_directory));
        File.SetLastWriteTimeUtc(Kept, DateTime.UnixEpoch);
        Assert.Equal(_expected, Evaluate(_directory));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(Kept));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(64)]
    [InlineData(70_000)]
    [InlineData(-1)]
    public void Load_OneByteIsDamaged_PacksAgain(int position)
    {
        Evaluate(_directory);
        var bytes = File.ReadAllBytes(Kept);
        bytes[position < 0 ? ^1 : position] ^= 1;
        AssertMadeAgain(bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(1000)]
    public void Load_FileIsShort_PacksAgain(int length)
    {
        Evaluate(_directory);
        AssertMadeAgain(File.ReadAllBytes(Kept)[..length]);
    }

    [Fact]
    public void Load_DirectoryCannotBe_PacksAllTheSame()
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "file"), "");
        Assert.Equal(_expected, Evaluate(Path.Combine(_directory, "file")));
    }

    private void AssertMadeAgain(byte[] damaged)
    {
        File.WriteAllBytes(Kept, damaged);
        Assert.Equal(_expected, Evaluate(_directory));
        Assert.NotEqual(damaged, File.ReadAllBytes(Kept));
    }

    private static float[] Evaluate(string? directory)
    {
        using var runner = TrinityRunner.Load(new TrinityOptions
        {
            Path = Files.Model("igla-tiny.gguf"),
            ContextLength = 64,
            Threads = 2,
            PackCacheDirectory = directory,
        });
        return Greedy.Evaluate(runner, Prompt, 0);
    }
}
