using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Gguf;

namespace Vibee.LlamaCpp.Tests;

public sealed class LoadRefusalTests : IDisposable
{
    private static readonly string Stories = Repository.Model("stories260K.gguf");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vibee-refusal-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_NoSuchFile_NamesIt() => AssertRefused(Path.Combine(_folder.FullName, "absent.gguf"));

    [Fact]
    public void Load_Directory_NamesIt() => AssertRefused(_folder.FullName);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(5_000)]
    [InlineData(30_000)]
    [InlineData(1_000_000)]
    public void Load_TruncatedFile_NamesIt(int length)
    {
        var file = Path.Combine(_folder.FullName, "truncated.gguf");
        File.WriteAllBytes(file, File.ReadAllBytes(Stories)[..length]);
        AssertRefused(file);
    }

    [Fact]
    public void Load_RandomBytesAfterTheHeader_NamesIt()
    {
        var bytes = File.ReadAllBytes(Stories);
        new Random(1).NextBytes(bytes.AsSpan(24));
        var file = Path.Combine(_folder.FullName, "random.gguf");
        File.WriteAllBytes(file, bytes);
        AssertRefused(file);
    }

    // Sound as a file, and the checks before native code cannot know every tensor of every architecture.
    [Fact]
    public void Load_TensorThatNativeCodeMisses_TellsWhatNativeCodeSaid()
    {
        var bytes = File.ReadAllBytes(Stories);
        var name = "blk.0.ffn_up.weight"u8;
        "blk.0.ffn_Up.weight"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf(name)));
        var file = Path.Combine(_folder.FullName, "renamed.gguf");
        File.WriteAllBytes(file, bytes);
        Assert.Contains("ffn_", AssertRefused(file));
    }

    [Fact]
    public void Load_VocabularyWithoutWeights_NamesIt() => AssertRefused(Repository.Shared("vocab", "ggml-vocab-llama-spm.gguf"));

    [Fact]
    public void Load_Cancelled_Ends()
    {
        Generation.RequireLibrary();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            LlamaLoader.Load(new LlamaOptions { ModelPath = Stories }, NullLogger.Instance, null, cancellation.Token));
    }

    [Fact]
    public void Load_Progress_RisesToOne()
    {
        Generation.RequireLibrary();
        var progress = new Recorder();
        LlamaLoader.Load(new LlamaOptions { ModelPath = Stories, Threads = 1 }, NullLogger.Instance, progress, Token).Dispose();
        Assert.Equal(progress.Values.Order(), progress.Values);
        Assert.Equal(1, progress.Values[^1]);
    }

    [Fact]
    public void Load_GpuLayersWithoutAGpu_Warns()
    {
        Generation.RequireLibrary();
        var logger = new ListLogger();
        LlamaLoader.Load(new LlamaOptions { ModelPath = Stories, Threads = 1, GpuLayers = 2 }, logger, null, Token).Dispose();
        if (NativeMethods.ggml_backend_dev_by_type(NativeMethods.DeviceTypeGpu) != 0)
            Assert.Skip("there is a GPU");
        Assert.Contains(logger.Lines, line => line.StartsWith("Warning: --gpu-layers 2", StringComparison.Ordinal));
        Assert.Contains(logger.Lines, line => line.StartsWith("Debug: llama.cpp:", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_TooManySlotsOrTooLongAContext_NamesTheSetting()
    {
        Generation.RequireLibrary();
        Assert.Contains("--parallel", Refuse(new LlamaOptions { ModelPath = Stories, Slots = 257 }));
        Assert.Contains("--ctx", Refuse(new LlamaOptions { ModelPath = Stories, Slots = 200, ContextLength = 2_000_000_000 }));

        static string Refuse(LlamaOptions options) =>
            Assert.Throws<RunnerException>(() => LlamaLoader.Load(options, NullLogger.Instance, null, Token)).Message;
    }

    [Fact]
    public void Load_LibraryFolderWithoutLibraries_NamesIt()
    {
        var options = new LlamaOptions { ModelPath = Stories, LibraryDirectory = _folder.FullName };
        var message = Assert.Throws<RunnerException>(() => LlamaLoader.Load(options, NullLogger.Instance, null, Token)).Message;
        Assert.Contains(_folder.FullName, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Load_DamagedLibrary_SaysWhyInOneLine()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("file names of Linux");
        foreach (var name in (string[])["libllama.so", "libggml.so", "libggml-base.so"])
            File.WriteAllText(Path.Combine(_folder.FullName, name), "no library");
        var options = new LlamaOptions { ModelPath = Stories, LibraryDirectory = _folder.FullName };
        var message = Assert.Throws<RunnerException>(() => LlamaLoader.Load(options, NullLogger.Instance, null, Token)).Message;
        Assert.Contains(_folder.FullName, message);
        Assert.DoesNotContain('\n', message);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string AssertRefused(string path)
    {
        Generation.RequireLibrary();
        var exception = Assert.ThrowsAny<Exception>(() => LlamaLoader.Load(new LlamaOptions { ModelPath = path }, NullLogger.Instance, null, Token));
        Assert.True(exception is GgufException or RunnerException, exception.ToString());
        Assert.Contains(path, exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
        return exception.Message;
    }

    private sealed class Recorder : IProgress<float>
    {
        public List<float> Values { get; } = [];

        public void Report(float value) => Values.Add(value);
    }

    private sealed class ListLogger : ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
