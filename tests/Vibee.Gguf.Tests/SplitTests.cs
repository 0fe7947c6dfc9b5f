namespace Vibee.Gguf.Tests;

public sealed class SplitTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Open_FirstPart_OpensAll()
    {
        using var file = GgufFile.Open(WriteParts(3));

        Assert.Equal(["t0", "t1", "t2"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(2, file.FindTensor("t2")!.Bytes[0]);
        Assert.EndsWith("-00003-of-00003.gguf", file.FindTensor("t2")!.FilePath);
    }

    [Fact]
    public void Open_PartMissing_NamesIt()
    {
        var first = WriteParts(3);
        File.Delete(_files.PathOf("m-00002-of-00003.gguf"));

        Refusal.Contains("part 2 of 3 is missing", first);
    }

    [Fact]
    public void Open_AnotherPart_NamesTheFirst()
    {
        WriteParts(2);

        Refusal.Contains("m-00001-of-00002.gguf", _files.PathOf("m-00002-of-00002.gguf"));
    }

    [Fact]
    public void Open_Renamed_SaysHowPartsAreNamed()
    {
        var first = WriteParts(2);
        File.Move(first, _files.PathOf("other.gguf"));

        Refusal.Contains("-00001-of-00002.gguf", _files.PathOf("other.gguf"));
    }

    [Fact]
    public void Open_SamePartTwice_IsRefused()
    {
        var first = WriteParts(3);
        File.Copy(_files.PathOf("m-00002-of-00003.gguf"), _files.PathOf("m-00003-of-00003.gguf"), overwrite: true);

        Refusal.Contains("not part 3", first);
    }

    [Fact]
    public void Open_PartDamaged_NamesThePart()
    {
        var first = WriteParts(2);
        File.WriteAllBytes(_files.PathOf("m-00002-of-00002.gguf"), "GGUF"u8.ToArray());

        Refusal.Contains("m-00002-of-00002.gguf: the file ends", first);
    }

    [Fact]
    public void Open_SameTensorInTwoParts_IsRefused() => Refusal.Contains("'t' occurs twice", WriteParts(2, _ => "t"));

    [Fact]
    public void Open_FewerTensorsThanTotal_IsRefused() => Refusal.Contains("should hold 9", WriteParts(2, total: 9));

    private string WriteParts(int count, Func<int, string>? name = null, int? total = null)
    {
        for (var i = 0; i < count; i++)
        {
            var writer = new GgufWriter();
            writer.Add("split.no", (ushort)i);
            writer.Add("split.count", (ushort)count);
            writer.Add("split.tensors.count", total ?? count);
            writer.AddTensor(name?.Invoke(i) ?? $"t{i}", GgmlType.I8, [4], new byte[] { (byte)i, 0, 0, 0 });
            _files.Write(writer, $"m-{i + 1:D5}-of-{count:D5}.gguf");
        }
        return _files.PathOf($"m-00001-of-{count:D5}.gguf");
    }
}
