using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine.Caching;

namespace Vibee.Engine.Tests.Caching;

public sealed class PrefixStoreTests : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 400).Select(i => i * 7 % 251)];

    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-store-").FullName;

    [Fact]
    public async Task Restart_SameLongPrompt_IsRestored()
    {
        Assert.Equal(0, (await RunAsync(Prompt)).CachedTokens);

        var (cached, tokens) = await RunAsync([.. Prompt, 1, 2, 3]);

        // What was generated after the prompt is not what this one goes on with.
        Assert.Equal(400, cached);
        Assert.Equal(TestEngine.Expected([.. Prompt, 1, 2, 3], 3), tokens);
    }

    [Fact]
    public async Task Evict_LongPrefix_ComesBackFromDisk()
    {
        await using (var store = Open())
        {
            await using var test = new CountedEngine(cells: 500, store: store);
            await test.RunAsync(Prompt, 3);
            await test.RunAsync([9, .. Prompt], 3); // no room for both
        }

        Assert.Equal(2, Files().Length);
        Assert.Equal(399, (await RunAsync(Prompt)).CachedTokens);
    }

    [Fact]
    public async Task Restart_OtherKey_SeesNothingAndTouchesNothing()
    {
        await RunAsync(Prompt);
        var files = Files();

        Assert.Equal(0, (await RunAsync(Prompt, key: "another model")).CachedTokens);

        Assert.Subset(Files().ToHashSet(), files.ToHashSet());
        Assert.Equal(399, (await RunAsync(Prompt)).CachedTokens);
    }

    [Fact]
    public async Task Restart_ShortPrompt_WasNotSaved()
    {
        await RunAsync(Prompt[..200]);
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(50)]
    [InlineData(75)]
    [InlineData(82)]
    [InlineData(500)]
    [InlineData(-1)]
    public async Task Restart_OneByteChanged_IsDeletedAndEvaluatedAgain(int position)
    {
        await RunAsync(Prompt);
        var file = Assert.Single(Files());
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[position < 0 ? bytes.Length + position : position] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        var (cached, tokens) = await RunAsync(Prompt);

        Assert.Equal(0, cached);
        Assert.Equal(TestEngine.Expected(Prompt, 3), tokens);
        Assert.All(Files(), left => Assert.NotEqual(bytes, File.ReadAllBytes(left)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(87)]
    [InlineData(1000)]
    public async Task Restart_FileCutShort_IsDeletedAndEvaluatedAgain(int length)
    {
        await RunAsync(Prompt);
        var file = Assert.Single(Files());
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(handle, length);

        Assert.Equal(0, (await RunAsync(Prompt)).CachedTokens);
        Assert.All(Files(), left => Assert.True(new FileInfo(left).Length > 1000));
    }

    [Fact]
    public async Task Restart_FileOfAnotherPrompt_IsNotTrusted()
    {
        await RunAsync(Prompt);
        await RunAsync([7, .. Prompt]);
        var files = Files();
        await using var store = Open();
        await using var test = new CountedEngine(store: store);
        // Each is whole and of the right key, but not what the server saw when it started.
        File.Copy(files[0], files[1], overwrite: true);

        Assert.Equal(TestEngine.Expected(Prompt, 3), (await test.RunAsync(Prompt, 3)).Tokens);
        Assert.Equal(TestEngine.Expected([7, .. Prompt], 3), (await test.RunAsync([7, .. Prompt], 3)).Tokens);
    }

    [Theory]
    [InlineData(0x20000000)]
    [InlineData(0x40000001)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public async Task Restart_FileThatClaimsTooMuch_IsDeleted(int count)
    {
        await RunAsync(Prompt);
        var file = Assert.Single(Files());
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(handle, BitConverter.GetBytes(count), 72);
            RandomAccess.SetLength(handle, 5L << 30); // of which the disk holds nothing
        }

        Assert.Equal(0, (await RunAsync(Prompt)).CachedTokens);
        Assert.All(Files(), left => Assert.True(new FileInfo(left).Length < 1 << 20));
    }

    [Fact]
    public async Task Open_LeftoverOfACrash_IsDeleted()
    {
        await RunAsync(Prompt);
        var leftover = Files()[0] + ".tmp";
        await File.WriteAllTextAsync(leftover, "half", TestContext.Current.CancellationToken);

        await RunAsync(Prompt);

        Assert.False(File.Exists(leftover));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files()[0])); // prompts are private
    }

    [Fact]
    public async Task Restart_SmallerCache_KeepsWhatItHas()
    {
        await RunAsync(Prompt);
        await using var store = Open();
        await using var test = new CountedEngine(cells: 380, store: store);
        await test.RunAsync([5, 6, 7], 2);

        // What is saved is longer than the whole cache; its beginning would be of use.
        Assert.Equal(0, (await test.RunAsync([.. Prompt[..300], 1], 2)).CachedTokens);
        Assert.True((await test.RunAsync([5, 6, 7], 2)).CachedTokens > 0);
    }

    [Fact]
    public async Task Open_FilesOfOthers_AreLeftAlone()
    {
        var letter = Path.Combine(_directory, "letter.vibee-kv");
        await File.WriteAllTextAsync(letter, "not ours", TestContext.Current.CancellationToken);

        await RunAsync(Prompt);

        Assert.True(File.Exists(letter));
    }

    [Fact]
    public async Task Write_BeyondTheLimit_DeletesWhatWasUsedLeastRecently()
    {
        for (var i = 0; i < 4; i++)
            await RunAsync([i, .. Prompt]);
        var size = new FileInfo(Files()[0]).Length;

        await RunAsync([4, .. Prompt], limit: 3 * size);

        Assert.Equal(3, Files().Length);
        Assert.Equal(400, (await RunAsync([4, .. Prompt])).CachedTokens);
    }

    [Fact]
    public void Open_DirectoryThatCannotBe_SaysSo()
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        Assert.Throws<IOException>(() => new PrefixStore(file, 1 << 20, "key"u8, NullLogger<PrefixStore>.Instance));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private PrefixStore Open(string key = "model", long limit = 1 << 20) =>
        new(_directory, limit, System.Text.Encoding.UTF8.GetBytes(key), NullLogger<PrefixStore>.Instance);

    // One life of a server.
    private async Task<CountedEngine.Run> RunAsync(int[] prompt, string key = "model", long limit = 1 << 20)
    {
        await using var store = Open(key, limit);
        await using var test = new CountedEngine(store: store);
        return await test.RunAsync(prompt, 3);
    }

    private string[] Files() => Directory.GetFiles(_directory, "*.vibee-kv");
}
