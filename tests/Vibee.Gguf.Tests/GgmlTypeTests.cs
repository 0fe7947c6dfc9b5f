namespace Vibee.Gguf.Tests;

public class GgmlTypeTests
{
    [Fact]
    public void Layout_EveryType_IsKnown() =>
        Assert.All(Enum.GetValues<GgmlType>(), type => Assert.True(type.BlockSize() > 0 && type.TypeSize() > 0));

    [Theory]
    [InlineData(4)]
    [InlineData(31)]
    [InlineData(37)]
    [InlineData(43)]
    [InlineData(-1)]
    public void Layout_WithdrawnOrUnknownNumber_IsZero(int number) => Assert.Equal(0, ((GgmlType)number).BlockSize());

    [Fact]
    public void I2S_Tensor_HasItsScaleBehindItsRows()
    {
        using var files = new TestFiles();
        var writer = new GgufWriter();
        writer.AddTensor("t", GgmlType.I2_S, [256, 3], new byte[3 * 64 + 32]);
        Assert.Throws<ArgumentException>(() => writer.AddTensor("u", GgmlType.I2_S, [256, 3], new byte[3 * 64]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("u", GgmlType.I2_S, [64], new byte[48]));
        var path = files.Write(writer);
        using (var file = GgufFile.Open(path))
            Assert.Equal(3 * 64 + 32, file.Tensors[0].ByteLength);
        Refusal.Contains("ends inside tensor 't'", files.Write(File.ReadAllBytes(path)[..^32]));
    }

    [Theory]
    [InlineData(GgmlType.Q4_0, 4.5)]
    [InlineData(GgmlType.Q8_0, 8.5)]
    [InlineData(GgmlType.Q4_K, 4.5)]
    [InlineData(GgmlType.Q6_K, 6.5625)]
    [InlineData(GgmlType.IQ4_XS, 4.25)]
    [InlineData(GgmlType.TQ1_0, 1.6875)]
    [InlineData(GgmlType.TQ2_0, 2.0625)]
    [InlineData(GgmlType.I2_S, 2)]
    public void Layout_BitsPerWeight_AreThePublishedOnes(GgmlType type, double bits) =>
        Assert.Equal(bits, type.TypeSize() * 8.0 / type.BlockSize());
}
