using Vibee.Gguf;

namespace Vibee.Trinity;

/// <summary>Tells how far loading has come, and ends it where it was cancelled.</summary>
internal sealed class LoadProgress(IProgress<float>? progress, CancellationToken cancellation)
{
    private const int PageSize = 4096;
    private const int Piece = 8 << 20;

    /// <param name="share">From 0 to 1.</param>
    public void Report(float share)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(share);
    }

    /// <summary>
    /// Touches every page of the weights, the rest of the way to 1: the disk is waited for now, with a bar and a way out,
    /// and not in the first request.
    /// </summary>
    public void ReadWeights(IReadOnlyList<GgufTensor> tensors, float from)
    {
        var all = (float)Math.Max(1, tensors.Sum(tensor => tensor.ByteLength));
        var (done, sum) = (0L, 0);
        foreach (var tensor in tensors)
        {
            for (var offset = 0L; offset < tensor.ByteLength; offset += Piece)
            {
                var bytes = tensor.Slice(offset, (int)Math.Min(Piece, tensor.ByteLength - offset)).Span;
                for (var i = 0; i < bytes.Length; i += PageSize)
                    sum += bytes[i];
                done += bytes.Length;
                Report(from + (1 - from) * (done / all));
            }
        }

        GC.KeepAlive(sum);
    }
}
