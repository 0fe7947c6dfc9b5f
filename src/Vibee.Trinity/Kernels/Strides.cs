namespace Vibee.Trinity.Kernels;

internal static class Strides
{
    private const int Granule = 32;
    private const int PageOfFloats = 1024;

    /// <summary>
    /// How many floats apart two columns of <paramref name="length"/> lie: whole blocks of 32, and never a multiple of
    /// 4096 bytes, at which addresses share a set of the first cache and evict each other.
    /// </summary>
    public static int For(int length)
    {
        var stride = (length + Granule - 1) / Granule * Granule;
        return stride % PageOfFloats == 0 ? stride + Granule : stride;
    }
}
