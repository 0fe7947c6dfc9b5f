namespace Vibee.Gguf.Tests;

public sealed class KvCellTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Length_OfAModel_IsKeysAndValuesOfAllHeads()
    {
        using var file = GgufFile.Open(TestFiles.Stories);
        // 5 layers of 4 KV heads with 8 components each
        Assert.Equal(5 * 4 * (8 + 8), KvCell.Length(file.Metadata));
    }

    [Fact]
    public void Length_LayersWithoutAttention_CountNothing() =>
        Assert.Equal(2 * (16 + 16), Length(writer =>
        {
            writer.Add("jamba.attention.head_count", (int[])[0, 4, 0]);
            writer.Add("jamba.attention.head_count_kv", (int[])[0, 2, 0]);
        }));

    [Fact]
    public void Length_NoAttentionAtAll_IsNone() => Assert.Equal(0, Length(_ => { }));

    [Fact]
    public void Length_AbsurdSizes_IsNone()
    {
        Assert.Equal(0, Length(writer => writer.Add("jamba.attention.head_count", -4)));
        Assert.Equal(0, Length(_ => { }, layers: uint.MaxValue));
    }

    private long Length(Action<GgufWriter> add, uint layers = 3)
    {
        var writer = new GgufWriter();
        writer.Add("general.architecture", "jamba");
        writer.Add("jamba.context_length", 128u);
        writer.Add("jamba.embedding_length", 64u);
        writer.Add("jamba.block_count", layers);
        add(writer);
        using var file = GgufFile.Open(_files.Write(writer));
        return KvCell.Length(file.Metadata);
    }
}
