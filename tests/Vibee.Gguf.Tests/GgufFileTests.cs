using System.Runtime.InteropServices;

namespace Vibee.Gguf.Tests;

public sealed class GgufFileTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Open_StoriesModel_ReadsMetadataAndTensors()
    {
        using var file = GgufFile.Open(TestFiles.Stories);

        Assert.Equal(3u, file.Version);
        Assert.Equal(32u, file.Alignment);
        Assert.Equal("llama", file.Metadata.GetString("general.architecture"));
        Assert.Equal(5, file.Metadata.GetInteger("llama.block_count"));
        Assert.Equal(1e-5, file.Metadata.GetNumber("llama.attention.layer_norm_rms_epsilon")!.Value, 1e-9);
        var tokens = file.Metadata.GetStrings("tokenizer.ggml.tokens")!;
        Assert.Equal(512, tokens.Count);
        Assert.Equal("<unk>", tokens[0]);
        Assert.Equal(512, file.Metadata.GetNumbers("tokenizer.ggml.scores")!.Count);

        Assert.Equal(48, file.Tensors.Count);
        var embedding = file.FindTensor("token_embd.weight")!;
        Assert.Equal([64, 512], embedding.Dimensions);
        Assert.Equal(GgmlType.F32, embedding.Type);
        Assert.Equal(64 * 512 * sizeof(float), embedding.ByteLength);
        Assert.All(MemoryMarshal.Cast<byte, float>(embedding.Bytes).ToArray(), weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public void Open_IglaModel_ReadsBoolsAndTernaryTensors()
    {
        using var file = GgufFile.Open(TestFiles.Igla);

        Assert.False(file.Metadata.GetBool("tokenizer.ggml.add_bos_token"));
        var ternary = file.FindTensor("blk.0.attn_q.weight")!;
        Assert.Equal(GgmlType.TQ2_0, ternary.Type);
        Assert.Equal(256 * 256 / 256 * 66, ternary.ByteLength);
    }

    [Fact]
    public void Getters_AbsentKeyOrOtherType_ReturnNull()
    {
        using var file = GgufFile.Open(TestFiles.Stories);
        var metadata = file.Metadata;

        Assert.Null(metadata.GetString("nothing"));
        Assert.Null(metadata.GetString("llama.block_count"));
        Assert.Null(metadata.GetInteger("general.architecture"));
        Assert.Null(metadata.GetInteger("tokenizer.ggml.tokens"));
        Assert.Null(metadata.GetStrings("tokenizer.ggml.scores"));
        Assert.Null(metadata.GetBool("llama.block_count"));
        Assert.False(metadata.Contains("nothing"));
    }

    [Fact]
    public void WriteTo_EveryKindOfValue_ReadsBack()
    {
        var writer = new GgufWriter(alignment: 64);
        writer.Add("text", "grüße");
        writer.Add("yes", true);
        writer.Add("u32", uint.MaxValue);
        writer.Add("i32", -5);
        writer.Add("u64", ulong.MaxValue);
        writer.Add("u16", (ushort)7);
        writer.Add("f32", 0.5f);
        writer.Add("f64", -0.25);
        writer.Add("texts", ["a", "", "ß"]);
        writer.Add("ints", [-1, 2]);
        writer.Add("floats", [1f, 2.5f]);
        writer.Add("bools", [true, false]);
        byte[] data = [1, 2, 3, 4, 5];
        writer.AddTensor("t", GgmlType.I8, [5], data);
        writer.AddTensor("u", GgmlType.I8, [1, 5], data);

        using var file = GgufFile.Open(_files.Write(writer));

        var metadata = file.Metadata;
        Assert.Equal(64u, file.Alignment);
        Assert.Equal("grüße", metadata.GetString("text"));
        Assert.True(metadata.GetBool("yes"));
        Assert.Equal(uint.MaxValue, metadata.GetInteger("u32"));
        Assert.Equal(-5, metadata.GetInteger("i32"));
        Assert.Null(metadata.GetInteger("u64"));
        Assert.Equal(7, metadata.GetInteger("u16"));
        Assert.Equal(0.5, metadata.GetNumber("f32"));
        Assert.Equal(-0.25, metadata.GetNumber("f64"));
        Assert.Equal(["a", "", "ß"], metadata.GetStrings("texts")!);
        Assert.Equal([-1L, 2L], metadata.GetIntegers("ints")!);
        Assert.Equal([1.0, 2.5], metadata.GetNumbers("floats")!);
        Assert.Equal([true, false], metadata.GetBools("bools")!);
        Assert.All(file.Tensors, tensor => Assert.Equal(data, tensor.Bytes.ToArray()));
        Assert.All(file.Tensors, tensor => Assert.Equal(0, tensor.Offset % 64));
        Assert.Equal([2, 3], file.Tensors[0].Slice(1, 2).ToArray());
    }

    [Fact]
    public void Slice_OutsideTheTensor_Throws()
    {
        using var file = GgufFile.Open(TestFiles.Stories);
        var tensor = file.Tensors[0];

        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(0, (int)tensor.ByteLength + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(long.MaxValue, 1));
    }

    [Fact]
    public void Bytes_AfterDispose_Throw()
    {
        var file = GgufFile.Open(TestFiles.Stories);
        var piece = file.Tensors[0].Slice(0, 4);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Tensors[0].Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => piece.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => file.Metadata.GetString("general.architecture"));
    }

    [Fact]
    public void Open_FileOver2GiB_ReadsItsLastBytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sparse files");
        const long length = (1L << 31) + 4096;
        var writer = new GgufWriter();
        writer.AddTensor("huge", GgmlType.I8, [length], stream =>
        {
            // Seeking leaves a hole: the file takes no room on the disk.
            stream.Seek(length - 1, SeekOrigin.Current);
            stream.WriteByte(42);
        });

        using var file = GgufFile.Open(_files.Write(writer));

        var tensor = file.Tensors[0];
        Assert.Equal(42, tensor.Slice(length - 1, 1).Span[0]);
        Assert.Throws<OverflowException>(() => tensor.Bytes.Length);
    }

    [Fact]
    public void Open_LargeVocabulary_AllocatesLittle()
    {
        var writer = new GgufWriter();
        writer.Add("tokenizer.ggml.tokens", Enumerable.Range(0, 150_000).Select(i => $"token{i}").ToArray());
        var path = _files.Write(writer);

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = GgufFile.Open(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);

        Assert.Equal("token149999", file.Metadata.GetStrings("tokenizer.ggml.tokens")![149_999]);
    }
}
