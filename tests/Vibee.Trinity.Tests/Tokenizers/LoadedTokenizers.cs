using System.Collections.Concurrent;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Tokenizers;

namespace Vibee.Trinity.Tests.Tokenizers;

/// <summary>Loads each tokenizer once for all tests.</summary>
internal static class LoadedTokenizers
{
    private static readonly ConcurrentDictionary<string, Lazy<ITokenizer>> s_loaded = new();

    /// <summary>Byte-level BPE with the pre-tokenizer of Qwen 2.</summary>
    public static ITokenizer IglaTiny => Load(Files.Model("igla-tiny.gguf"));

    /// <summary>SentencePiece.</summary>
    public static ITokenizer Stories => Load(Files.Model("stories260K.gguf"));

    public static ITokenizer Vocabulary(string name) => Load(Files.Shared($"vocab/ggml-vocab-{name}.gguf"));

    public static ITokenizer Load(string path) => s_loaded.GetOrAdd(path, key => new(() => Read(key))).Value;

    private static ITokenizer Read(string path)
    {
        using var file = GgufFile.Open(path);
        Assert.True(TokenizerLoader.TryLoad(file.Metadata, out var tokenizer, out var refusal), refusal);
        return tokenizer;
    }
}
