using System.Text;

namespace Vibee.Tests;

/// <summary>A model file is downloaded from anywhere: whatever is in it, the user gets one line and exit code 1.</summary>
public sealed class BadModelTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-").FullName;

    [Fact]
    public async Task Serve_MissingFile_IsRefused() => await AssertRefusedAsync(Path.Combine(_directory, "none.gguf"), "none.gguf");

    [Fact]
    public async Task Serve_Directory_IsRefused() => await AssertRefusedAsync(_directory, "directory");

    [Fact]
    public async Task Serve_EmptyFile_IsRefused() => await AssertRefusedAsync(Write([]), "empty");

    [Fact]
    public async Task Serve_NotGguf_IsRefused() => await AssertRefusedAsync(Write(Encoding.UTF8.GetBytes("This is a text, not a model.")), "GGUF");

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(5_000)]
    [InlineData(50_000)]
    [InlineData(1_185_000)]
    public async Task Serve_Truncated_IsRefused(int length) =>
        await AssertRefusedAsync(Write(File.ReadAllBytes(Checkout.Model("stories260K.gguf")), length), "model.gguf");

    [Fact]
    public async Task Serve_RandomBytesAfterAGoodHeader_IsRefused()
    {
        var bytes = File.ReadAllBytes(Checkout.Model("stories260K.gguf"));
        new Random(1).NextBytes(bytes.AsSpan(24));
        await AssertRefusedAsync(Write(bytes), "model.gguf");
    }

    [Fact]
    public async Task Serve_UnknownArchitecture_IsRefusedByName()
    {
        var bytes = File.ReadAllBytes(Checkout.Model("stories260K.gguf"));
        var at = bytes.AsSpan().IndexOf("general.architecture"u8) + "general.architecture".Length + 4 + 8;
        "lamma"u8.CopyTo(bytes.AsSpan(at));
        await AssertRefusedAsync(Write(bytes), "lamma");
    }

    /// <summary>Damage in the header, where it does most harm. A file may still be a model, if a strange one; then
    /// the server must stop when told to.</summary>
    [Fact]
    public async Task Serve_TwoHundredMutatedFiles_NoneEndsInASignal()
    {
        byte[][] models = [File.ReadAllBytes(Checkout.Model("stories260K.gguf")), File.ReadAllBytes(Checkout.Model("igla-tiny.gguf"))];
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (seed, _) =>
        {
            var path = Path.Combine(_directory, $"mutated-{seed}.gguf");
            await File.WriteAllBytesAsync(path, Mutate(models[seed % 2], new Random(seed)));
            await using var process = VibeeProcess.Start("serve", "--host", "127.0.0.1", "--port", "0", "--ctx", "64", "--threads", "1", "-m", path);
            if (await process.ComesToServeAsync())
            {
                process.Terminate();
                Assert.True(await process.WaitForExitAsync() == 0, $"seed {seed}: {process.Error}");
                return;
            }

            var exitCode = await process.WaitForExitAsync();
            Assert.True(exitCode == 1, $"seed {seed}: exit code {exitCode}: {process.Error}");
            Assert.DoesNotContain("   at ", process.Error);
        });
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static byte[] Mutate(byte[] model, Random random)
    {
        var bytes = (byte[])model.Clone();
        // The tensors' bytes begin near the end of a small file; its metadata and tensor table are the first part.
        var header = Math.Min(bytes.Length, 24_000);
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var at = random.Next(4, header);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.AsSpan(at, Math.Min(8, bytes.Length - at)).Fill((byte)(random.Next(2) * 255)); break;
                default: bytes.AsSpan(at, 16).CopyTo(bytes.AsSpan(random.Next(4, header))); break;
            }
        }

        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static async Task AssertRefusedAsync(string path, string names)
    {
        var (exitCode, output, error) = await VibeeProcess.RunAsync(["serve", "--host", "127.0.0.1", "--port", "0", "-m", path]);
        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        var line = Assert.Single(error.Trim().Split('\n'));
        Assert.StartsWith("vibee: ", line);
        Assert.Contains(names, line);
    }

    private string Write(byte[] bytes, int? length = null)
    {
        var path = Path.Combine(_directory, "model.gguf");
        File.WriteAllBytes(path, bytes[..(length ?? bytes.Length)]);
        return path;
    }
}
