using Vibee.Gguf;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Models;

/// <summary>bitnet.cpp's ternary type, from the file to the token.</summary>
public sealed class I2sTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"vibee-{Guid.NewGuid():n}.gguf");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Generate_IglaTinyAsI2S_IsTheSameTokenForToken()
    {
        I2sModel.Convert(Files.Model("igla-tiny.gguf"), _path);
        using var expected = Load(Files.Model("igla-tiny.gguf"));
        using var actual = Load(_path);
        foreach (var text in new[] { "Hello!", "What is 3 plus 4?", "Tell me a story.", "The capital of France" })
        {
            var prompt = expected.Tokenizer.Encode(text, addSpecial: true, parseSpecial: true);
            Assert.Equal(Greedy.Generate(expected, prompt, 60), Greedy.Generate(actual, prompt, 60));
        }
    }

    [Fact]
    public void Dequantize_WhatWasConverted_IsWhatTheBlocksHeld()
    {
        using var file = GgufFile.Open(Files.Model("igla-tiny.gguf"));
        var tensor = file.Tensors.First(tensor => tensor.Type == GgmlType.TQ2_0);
        var (expected, actual) = (new float[tensor.ElementCount], new float[tensor.ElementCount]);
        var data = new byte[I2s.Size(tensor.ElementCount)];
        Assert.True(I2s.TryConvert(tensor.Bytes, data));
        Tq2.Dequantize(tensor.Bytes, expected);
        I2s.Dequantize(data, actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Dequantize_OneByte_HoldsItsWeights32ApartFromTheHighestBitsDown()
    {
        var tensor = new byte[64];
        tensor.AsSpan(0, 32).Fill(0b01_01_01_01);
        tensor[5] = 0b00_01_10_01;
        BitConverter.TryWriteBytes(tensor.AsSpan(32), 0.5f);
        var weights = new float[128];
        I2s.Dequantize(tensor, weights);
        Assert.Equal([-0.5f, 0, 0.5f, 0], new[] { weights[5], weights[37], weights[69], weights[101] });
        Assert.Equal(0, weights.Where((_, i) => i % 32 != 5).Max());
    }

    [Fact]
    public void TryConvert_BlocksOfDifferentScales_IsRefused()
    {
        var tq2 = new byte[2 * Tq2.BlockSize];
        BitConverter.TryWriteBytes(tq2.AsSpan(64), (Half)1);
        Assert.False(I2s.TryConvert(tq2, new byte[I2s.Size(512)]));
    }

    private static TrinityRunner Load(string path) =>
        TrinityRunner.Load(new TrinityOptions { Path = path, ContextLength = 256, BatchTokens = 64, Threads = 1 });
}
