using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;

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

    private string Kept => Assert.Single(Directory.GetFiles(_directory, "*.panels"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Load_Again_MapsWhatWasKept()
    {
        Assert.Equal(_expected, Evaluate(_directory));
        Assert.Equal(!OperatingSystem.IsWindows(), File.GetAttributes(Kept).HasFlag(FileAttributes.ReadOnly));
        File.SetLastWriteTimeUtc(Kept, DateTime.UnixEpoch);
        Assert.Equal(_expected, Evaluate(_directory));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(Kept));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    [InlineData(-64)]
    [InlineData(-50)]
    [InlineData(-20)]
    [InlineData(-1)]
    public void Load_OneByteIsDamaged_PacksAgain(int position)
    {
        Evaluate(_directory);
        var bytes = File.ReadAllBytes(Kept);
        bytes[position < 0 ? ^-position : position] ^= 1;
        AssertMadeAgain(bytes);
    }

    /// <summary>Highest bits of many places at once: what a sum that only multiplies and adds would not see.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    public void Load_ManyBytesAreDamaged_PacksAgain(int distance)
    {
        Evaluate(_directory);
        var bytes = File.ReadAllBytes(Kept);
        for (var i = 0; i < 100; i++)
            bytes[70_003 + i * distance] ^= 0x80;
        AssertMadeAgain(bytes);
    }

    /// <summary>Nobody reads all of a model to see whether it is the same; that it was written to is seen.</summary>
    [Fact]
    public void Load_WeightsOfTheModelWereChanged_PacksAgain()
    {
        Directory.CreateDirectory(_directory);
        var path = Path.Combine(_directory, "model.gguf");
        var bytes = File.ReadAllBytes(Files.Model("igla-tiny.gguf"));
        File.WriteAllBytes(path, bytes);
        Assert.Equal(_expected, Evaluate(_directory, path));
        for (var i = bytes.Length / 2; i < bytes.Length / 2 + 4096; i++)
            bytes[i] ^= 0x55;
        File.WriteAllBytes(path, bytes);
        var changed = Evaluate(directory: null, path);
        Assert.NotEqual(_expected, changed);
        Assert.Equal(changed, Evaluate(_directory, path));
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
    public void Load_FileIsLong_PacksAgain()
    {
        Evaluate(_directory);
        AssertMadeAgain([.. File.ReadAllBytes(Kept), 0]);
    }

    [Fact]
    public void Load_FileOfAnotherModel_PacksAgain()
    {
        Evaluate(_directory);
        var (kept, bytes) = (Kept, File.ReadAllBytes(Kept));
        File.Delete(kept);
        // The same weights, another name in the header.
        Evaluate(_directory, Renamed());
        File.Move(Kept, kept);
        AssertMadeAgain(File.ReadAllBytes(kept));
        Assert.Equal(bytes, File.ReadAllBytes(kept));
    }

    [Fact]
    public void Load_ManyAtOnce_AllAreServedAndOneFileStays()
    {
        Parallel.For(0, 6, _ => Assert.Equal(_expected, Evaluate(_directory)));
        Assert.Equal(_expected, Evaluate(_directory));
        Assert.Equal(Kept, Assert.Single(Directory.GetFiles(_directory)));
    }

    [Fact]
    public void Load_FileIsReplacedWhileItIsMapped_TheRunnerGoesOn()
    {
        Evaluate(_directory);
        using var runner = Load(_directory);
        File.Delete(Kept);
        Evaluate(_directory);
        Assert.Equal(_expected, Greedy.Evaluate(runner, Prompt, 0));
    }

    [Fact]
    public void Load_MakesAFile_RemovesOlderLayoutsAndDraftsAndNothingElse()
    {
        Evaluate(_directory);
        var (kept, name) = (Kept, Path.GetFileName(Kept));
        File.Delete(kept);
        var draft = $"{name}.{Guid.NewGuid():n}";
        string[] foreign = ["mine.panels", $"x{name}", $"{name}.txt", name.Replace("-v", "-v9"), $"{name}.{Guid.NewGuid():n}"];
        string[] ours = [Regex.Replace(name, "-v[0-9]+", "-v1"), draft];
        foreach (var file in (string[])[.. foreign, .. ours])
            File.WriteAllText(Path.Combine(_directory, file), "");
        using (File.Open(Path.Combine(_directory, foreign[^1]), FileMode.Open, FileAccess.Write, FileShare.None))
            Evaluate(_directory);
        Assert.Equal([.. foreign.Append(name).Order(StringComparer.Ordinal)], Directory.GetFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_LessThanIsKept_LeavesNothing()
    {
        using var runner = Load(_directory, least: 64 << 20);
        Assert.Equal(_expected, Greedy.Evaluate(runner, Prompt, 0));
        Assert.False(Directory.Exists(_directory));
        Assert.Null(runner.PackCacheProblem);
    }

    [Fact]
    public void Load_DirectoryCannotBe_PacksAllTheSameAndSaysWhy()
    {
        Directory.CreateDirectory(_directory);
        var path = Path.Combine(_directory, "file");
        File.WriteAllText(path, "");
        using var runner = Load(path);
        Assert.Equal(_expected, Greedy.Evaluate(runner, Prompt, 0));
        Assert.Contains(path, runner.PackCacheProblem);
    }

    [Fact]
    public void Load_IsCancelledWhilePacking_LeavesNoFile()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Reporter(share =>
        {
            if (share > 0.15)
                cancellation.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => TrinityRunner.Load(Options(_directory) with { Progress = progress, Cancellation = cancellation.Token }));
        Assert.Empty(Directory.GetFiles(_directory));
    }

    private void AssertMadeAgain(byte[] damaged)
    {
        Replace(Kept, damaged);
        Assert.Equal(_expected, Evaluate(_directory));
        Assert.NotEqual(damaged, File.ReadAllBytes(Kept));
    }

    // The file itself may not be written to.
    private static void Replace(string path, byte[] contents)
    {
        File.SetAttributes(path, FileAttributes.Normal);
        File.WriteAllBytes(path, contents);
    }

    private string Renamed()
    {
        var bytes = File.ReadAllBytes(Files.Model("igla-tiny.gguf"));
        var name = bytes.AsSpan().IndexOf("iGLA"u8);
        Assert.True(name > 0);
        bytes[name] = (byte)'j';
        var path = Path.Combine(_directory, "renamed.gguf");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static TrinityOptions Options(string? directory, string? model = null) => new()
    {
        Path = model ?? Files.Model("igla-tiny.gguf"),
        ContextLength = 64,
        Threads = 2,
        PackCacheDirectory = directory,
    };

    private static TrinityRunner Load(string? directory, long least = 0) => TrinityRunner.Load(Options(directory) with { PackCacheLeast = least });

    private static float[] Evaluate(string? directory, string? model = null)
    {
        using var runner = TrinityRunner.Load(Options(directory, model));
        return Greedy.Evaluate(runner, Prompt, 0);
    }

    private sealed class Reporter(Action<float> report) : IProgress<float>
    {
        public void Report(float value) => report(value);
    }
}
