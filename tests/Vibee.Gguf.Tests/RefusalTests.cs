namespace Vibee.Gguf.Tests;

public sealed class RefusalTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Open_MissingFile_IsRefused() => Refusal.Contains("no such file", _files.PathOf("absent.gguf"));

    [Fact]
    public void Open_Directory_IsRefused() => Refusal.Contains("directory", Path.GetTempPath());

    [Fact]
    public void Open_EmptyFile_IsRefused() => Refusal.Contains("empty", _files.Write([]));

    [Fact]
    public void Open_OtherFile_IsRefused() => Refusal.Contains("not a GGUF file", _files.Write("hello, world"u8.ToArray()));

    [Fact]
    public void Open_DeviceWithoutEnd_IsRefused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        Refusal.Contains("empty", "/dev/zero");
    }

    [Theory]
    [InlineData(0u, "version 0")]
    [InlineData(1u, "version 1")]
    [InlineData(4u, "version 4")]
    [InlineData(0x03000000u, "big-endian")]
    public void Open_OtherVersion_IsRefused(uint version, string expected) =>
        Refusal.Contains(expected, Write(new RawGguf(version: version)));

    [Fact]
    public void Open_Version2_IsRead()
    {
        using var file = GgufFile.Open(Write(new RawGguf(version: 2)));
        Assert.Equal(2u, file.Version);
    }

    [Theory]
    [InlineData(1_000UL)]
    [InlineData(1UL << 40)]
    [InlineData(ulong.MaxValue)]
    public void Open_CountsBeyondTheFile_AreRefusedWithoutAllocating(ulong count)
    {
        var keys = Write(new RawGguf(keys: count).Data(64));
        var tensors = _files.Write(new RawGguf(tensors: count).Data(64).Bytes, "y.gguf");

        var before = GC.GetAllocatedBytesForCurrentThread();
        Refusal.Contains($"claims {count} metadata keys", keys);
        Refusal.Contains($"claims {count} tensors", tensors);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Theory]
    [InlineData(100UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 61)]
    public void Open_LengthsBeyondTheFile_AreRefused(ulong length)
    {
        Refusal.Contains("the file ends inside key 'k'", Write(new RawGguf(keys: 1).Key("k", GgufValueType.String).U64(length).U64(0)));
        Refusal.Contains("more than the file holds", Write(new RawGguf(keys: 1).Key("k", GgufValueType.Array).U32(4).U64(length).U64(0)));
        Refusal.Contains("more than the file holds", Write(new RawGguf(keys: 1).Key("k", GgufValueType.Array).U32(8).U64(length).U64(0)));
    }

    [Fact]
    public void Open_BadKeys_AreRefused()
    {
        Refusal.Contains("empty name", Write(new RawGguf(keys: 1).Key("", GgufValueType.UInt32).U32(1)));
        Refusal.Contains("70000 bytes", Write(new RawGguf(keys: 1).Key(new string('k', 70_000), GgufValueType.UInt32).U32(1)));
        Refusal.Contains("control character", Write(new RawGguf(keys: 1).Key("general.architecture\0x", GgufValueType.UInt32).U32(1)));
        Refusal.Contains("'k' occurs twice", Write(new RawGguf(keys: 2).Key("k", GgufValueType.UInt32).U32(1).Key("k", GgufValueType.UInt32).U32(1)));
        Refusal.Contains("unknown type 13", Write(new RawGguf(keys: 1).Key("k", (GgufValueType)13).U64(1)));
        Refusal.Contains("unknown type 9", Write(new RawGguf(keys: 1).Key("k", GgufValueType.Array).U32(9).U64(1).U32(4).U64(1)));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(24u)]
    [InlineData(uint.MaxValue)]
    public void Open_BadAlignment_IsRefused(uint alignment) =>
        Refusal.Contains($"alignment of {alignment}", Write(new RawGguf(keys: 1).Key("general.alignment", GgufValueType.UInt32).U32(alignment)));

    [Fact]
    public void Open_AlignmentOfOtherType_IsRefused() =>
        Refusal.Contains("general.alignment", Write(new RawGguf(keys: 1).Key("general.alignment", GgufValueType.UInt64).U64(32)));

    [Fact]
    public void Open_AlignmentBeyondTheFile_IsRefused() =>
        Refusal.Contains("ends inside tensor 't'", Write(new RawGguf(1, 1)
            .Key("general.alignment", GgufValueType.UInt32).U32(1u << 31).Tensor("t", GgmlType.F32, 0, 1).Data(64)));

    [Theory]
    [InlineData(GgmlType.F32, "ends inside tensor 't'", 64UL)]
    [InlineData(GgmlType.F32, "impossible dimensions", 0UL)]
    [InlineData(GgmlType.F32, "impossible dimensions", ulong.MaxValue)]
    [InlineData(GgmlType.F32, "impossible dimensions", 1UL << 31, 1UL << 31)]
    [InlineData(GgmlType.F32, "impossible dimensions", 1UL << 62, 4UL, 1UL << 62)]
    [InlineData(GgmlType.F32, "5 dimensions", 1UL, 1UL, 1UL, 1UL, 1UL)]
    [InlineData(GgmlType.Q8_0, "multiple of 32", 16UL)]
    [InlineData((GgmlType)4, "unknown type 4", 32UL)]
    [InlineData((GgmlType)43, "unknown type 43", 32UL)]
    [InlineData((GgmlType)(-1), "unknown type 4294967295", 32UL)]
    public void Open_BadTensor_IsRefused(GgmlType type, string expected, params ulong[] dimensions) =>
        Refusal.Contains(expected, Write(new RawGguf(1).Tensor("t", type, 0, dimensions).Data(64)));

    [Theory]
    [InlineData(64UL)]
    [InlineData(ulong.MaxValue - 31)]
    public void Open_OffsetBeyondTheFile_IsRefused(ulong offset) =>
        Refusal.Contains("ends inside tensor 't'", Write(new RawGguf(1).Tensor("t", GgmlType.F32, offset, 8).Data(64)));

    [Fact]
    public void Open_OffsetNotAligned_IsRefused() =>
        Refusal.Contains("no multiple of the alignment 32", Write(new RawGguf(1).Tensor("t", GgmlType.F32, 4, 8).Data(64)));

    [Fact]
    public void Open_TensorsOverlap_IsRefused() =>
        Refusal.Contains("overlap", Write(new RawGguf(2).Tensor("a", GgmlType.F32, 32, 8).Tensor("b", GgmlType.F32, 0, 9).Data(128)));

    [Fact]
    public void Open_TensorTwice_IsRefused() =>
        Refusal.Contains("'a' occurs twice", Write(new RawGguf(2).Tensor("a", GgmlType.F32, 0, 8).Tensor("a", GgmlType.F32, 32, 8).Data(128)));

    [Fact]
    public void Open_NamesForTheTerminal_AreDefused()
    {
        Refusal.Contains("control character", Write(new RawGguf(1).Tensor("\u001b[2J", GgmlType.F32, 0, 8).Data(64)));
        Refusal.Contains("'a?b'", Write(new RawGguf(1).Tensor("a\u2028b", GgmlType.F32, 32, 800).Data(64)));
    }

    [Fact]
    public void Open_TruncatedAnywhere_IsRefused()
    {
        var bytes = File.ReadAllBytes(TestFiles.Stories);
        var header = HeaderLength(TestFiles.Stories);
        var lengths = Enumerable.Range(0, header / 7).Select(i => i * 7)
            .Concat(Enumerable.Range(0, 100).Select(i => header + (bytes.Length - header) * i / 100))
            .Append(bytes.Length - 1);
        foreach (var length in lengths)
            Assert.Throws<GgufException>(() => GgufFile.Open(_files.Write(bytes[..length])).Dispose());
    }

    private string Write(RawGguf raw) => _files.Write(raw.Bytes);

    internal static int HeaderLength(string path)
    {
        using var file = GgufFile.Open(path);
        return (int)file.Tensors.Min(tensor => tensor.Offset);
    }
}
