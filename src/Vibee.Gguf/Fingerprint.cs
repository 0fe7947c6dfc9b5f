using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vibee.Gguf;

/// <summary>Tells models apart without reading gigabytes.</summary>
internal static class Fingerprint
{
    private const int SampleLength = 1024;

    /// <summary>SHA-256 of everything before the first weight, and of a sample from the start, the middle and the end of
    /// each tensor: two models that were published agree in all of these only if they are the same.</summary>
    public static byte[] Of(IReadOnlyList<MappedFile> files, IReadOnlyList<GgufTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (var file in files)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, file.Length);
            hash.AppendData(length);
            var header = tensors.Where(tensor => tensor.FilePath == file.Path).Select(tensor => tensor.Offset).DefaultIfEmpty(file.Length).Min();
            hash.AppendData(file.Span(0, (int)Math.Min(header, Array.MaxLength)));
        }

        foreach (var tensor in tensors)
        {
            var count = (int)Math.Min(SampleLength, tensor.ByteLength);
            foreach (var offset in new[] { 0, (tensor.ByteLength - count) / 2, tensor.ByteLength - count })
                hash.AppendData(tensor.Slice(offset, count).Span);
        }

        return hash.GetHashAndReset();
    }
}
