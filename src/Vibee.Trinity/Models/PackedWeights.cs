using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Models.Parts;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Models;

/// <summary>
/// The matrices of a model that are faster as panels, copied into memory of their own one after the other. What was copied
/// is given back to the system page by page, so that there are never two of all.
/// </summary>
internal sealed unsafe class PackedWeights
{
    private readonly List<WeightMatrix> _matrices;
    private readonly WeightMatrix _embedding;

    public PackedWeights(Model model)
    {
        _embedding = model.Embedding;
        _matrices = [.. Linears(model).Select(linear => linear.Weights).Where(matrix => matrix.PackedBytes > 0).Distinct()];
    }

    /// <summary>Of all panels.</summary>
    public long Bytes => _matrices.Sum(Aligned);

    /// <summary>Of the file, which are not read again.</summary>
    public long SourceBytes => _matrices.Where(matrix => !IsEmbedding(matrix)).Sum(matrix => matrix.Bytes);

    /// <summary>Whether a tensor is only read to be packed, or only one row at a time.</summary>
    public bool Covers(GgufTensor tensor)
    {
        var address = ModelReader.Address(tensor);
        return _matrices.Exists(matrix => address >= matrix.Data && address < matrix.Data + matrix.Bytes);
    }

    /// <summary>Reads all panels from a cache, or makes them and leaves them there.</summary>
    /// <param name="arena">Of <see cref="Bytes"/>.</param>
    /// <param name="cache">Where they may be, if anywhere.</param>
    /// <param name="team">Who does it.</param>
    /// <param name="longestRow">Of any matrix.</param>
    /// <param name="report">Is told the share of bytes that is done.</param>
    public void Fill(Arena arena, PackCache? cache, WorkerTeam team, int longestRow, Action<float> report)
    {
        var panels = arena.Take<byte>(Bytes);
        var isRead = cache is not null && cache.TryRead(panels, Bytes, team, share => report(share / 2));
        if (!isRead)
            Pack(panels, team, longestRow, cache is null ? report : share => report(0.5f + share / 2));
        if (!isRead && cache is not null)
            cache.TryWrite(panels, Bytes);
        foreach (var matrix in _matrices)
        {
            matrix.Use(panels);
            panels += Aligned(matrix);
        }
    }

    private void Pack(byte* panels, WorkerTeam team, int longestRow, Action<float> report)
    {
        var measure = Arena.Measure();
        _ = new UnpackedRow(measure, longestRow);
        using var scratch = new Arena(new MemoryBudget(), "Packing", measure.Used * team.Count);
        UnpackedRow[] rows = [.. team.Workers.Select(_ => new UnpackedRow(scratch, longestRow))];
        var (done, all) = (0L, Bytes);
        foreach (var matrix in _matrices)
        {
            var start = panels + done;
            new Span<byte>(start + matrix.PackedBytes, (int)(Aligned(matrix) - matrix.PackedBytes)).Clear();
            team.Run(worker => matrix.Pack(rows[worker.Index], worker.Share(matrix.Rows, matrix.Granule), start));
            if (!IsEmbedding(matrix))
                Pages.Forget(matrix.Data, matrix.Bytes);
            done += Aligned(matrix);
            report((float)done / all);
        }
    }

    // The output matrix is often the embedding, of which rows are read on.
    private bool IsEmbedding(WeightMatrix matrix) => matrix.Data == _embedding.Data;

    private static long Aligned(WeightMatrix matrix) => (matrix.PackedBytes + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment;

    private static IEnumerable<Linear> Linears(Model model) =>
        model.Layers.SelectMany(Linears).Append(model.Output);

    private static IEnumerable<Linear> Linears(Layer layer)
    {
        var attention = layer.Attention;
        IEnumerable<FeedForward> feedForwards = layer.Experts?.All ?? [layer.FeedForward!];
        return
        [
            attention.Query, attention.Key, attention.Value, attention.Output,
            .. layer.Experts is { } experts ? [experts.Router] : Array.Empty<Linear>(),
            .. feedForwards.SelectMany(part => part.Gate is { } gate ? new[] { gate, part.Up, part.Down } : [part.Up, part.Down]),
        ];
    }
}
