using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.LlamaCpp;
using Vibee.Trinity.Tokenizers;

namespace Vibee.Benchmarks;

/// <summary>
/// A megabyte of mixed text (<see cref="MixedText"/>) through Trinity's tokenizers and through llama.cpp's, with the same
/// files: those of VIBEE_VOCAB (a folder with ggml-vocab-NAME.gguf), or of ../shared/vocab.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class TokenizerBenchmarks
{
    private ITokenizer _trinity = null!;
    private LlamaTokenizer _llama = null!;
    private string _text = "";

    [Params("llama-bpe", "qwen2", "gpt-2", "llama-spm", "deepseek-llm")]
    public string Vocabulary { get; set; } = "";

    [GlobalSetup]
    public void Load()
    {
        var folder = Environment.GetEnvironmentVariable("VIBEE_VOCAB") ?? Path.Combine(MixedText.Root, "..", "shared", "vocab");
        var path = Path.Combine(folder, $"ggml-vocab-{Vocabulary}.gguf");
        using var file = GgufFile.Open(path);
        _trinity = TokenizerLoader.TryLoad(file.Metadata, out var tokenizer, out var refusal) ? tokenizer : throw new InvalidOperationException(refusal);
        _llama = LlamaLoader.LoadTokenizer(path, NullLogger.Instance);
        _text = MixedText.Make(1 << 20);
        if (!Trinity().SequenceEqual(LlamaCpp()))
            throw new InvalidOperationException($"The two tokenizers differ on {Vocabulary}.");
    }

    [Benchmark(Baseline = true)]
    public int[] LlamaCpp() => _llama.Encode(_text, addSpecial: false, parseSpecial: true);

    [Benchmark]
    public int[] Trinity() => _trinity.Encode(_text, addSpecial: false, parseSpecial: true);
}
