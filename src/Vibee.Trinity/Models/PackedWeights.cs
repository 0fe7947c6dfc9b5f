using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Models.Parts;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Models;

/// <summary>
/// The matrices of a model that are faster as panels, one after the other: in a file of a cache that is mapped, or in memory
/// of their own. What was packed is given back to the system part by part, so that there are never two of all.
/// </summary>
internal sealed unsafe class PackedWeights
{
    private const long PartBytes = 8 << 20;

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

    /// <summary>Maps all panels from a cache, or makes them: into a file that is then mapped, or where none can be, in memory.</summary>
    /// <param name="cache">Where they may be, if anywhere.</param>
    /// <param name="team">Who does it.</param>
    /// <param name="longestRow">Of any matrix.</param>
    /// <param name="report">Is told the share of bytes that is done.</param>
    /// <returns>What holds them; to be disposed when no product is made any more.</returns>
    public IDisposable Load(PackCache? cache, WorkerTeam team, int longestRow, Action<float> report)
    {
        if (cache is not null && (cache.TryMap(Bytes, team, report) ?? Keep(cache, team, longestRow, report)) is { } file)
        {
            Use(PackCache.Address(file));
            // Of what is not packed now, the model's fingerprint has touched samples.
            _matrices.ForEach(Forget);
            return file;
        }

        // The runner has asked its budget already.
        var arena = new Arena(new MemoryBudget(), "The packed weights", Bytes, isStreamed: true);
        try
        {
            var panels = arena.Take<byte>(Bytes);
            Pack(new PanelRun(panels), team, longestRow, report);
            Use(panels);
            return arena;
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    private MappedFile? Keep(PackCache cache, WorkerTeam team, int longestRow, Action<float> report)
    {
        var most = _matrices.Max(matrix => Aligned(matrix.Slice(0, RowsAtOnce(matrix))));
        return cache.TryWrite(Bytes, most, target => Pack(target, team, longestRow, share => report(0.9f * share)))
            ? cache.TryMap(Bytes, team, share => report(0.9f + 0.1f * share)) ?? cache.Refuse()
            : null;
    }

    private void Use(byte* panels)
    {
        foreach (var matrix in _matrices)
        {
            matrix.Use(panels);
            panels += Aligned(matrix);
        }
    }

    private void Pack(IPanelTarget target, WorkerTeam team, int longestRow, Action<float> report)
    {
        var measure = Arena.Measure();
        _ = new UnpackedRow(measure, longestRow);
        using var scratch = new Arena(new MemoryBudget(), "Packing", measure.Used * team.Count);
        UnpackedRow[] rows = [.. team.Workers.Select(_ => new UnpackedRow(scratch, longestRow))];
        var (done, all) = (0L, Bytes);
        foreach (var matrix in _matrices)
        {
            var atOnce = RowsAtOnce(matrix);
            for (var first = 0; first < matrix.Rows; first += atOnce)
            {
                var part = matrix.Slice(first, Math.Min(atOnce, matrix.Rows - first));
                var start = target.Next(part.PackedBytes);
                team.Run(worker => part.Pack(rows[worker.Index], worker.Share(part.Rows, part.Granule), start));
                Forget(part);
                done += part.PackedBytes;
                report((float)done / all);
            }

            var padding = (int)(Aligned(matrix) - matrix.PackedBytes);
            new Span<byte>(target.Next(padding), padding).Clear();
        }
    }

    /// <summary>How much of a matrix is packed before it is handed on: whole granules.</summary>
    private static int RowsAtOnce(WeightMatrix matrix) =>
        (int)Math.Min(matrix.Rows, Math.Max(1, PartBytes / (matrix.PackedBytes / matrix.Rows + 1) / matrix.Granule) * matrix.Granule);

    /// <summary>Of the embedding, which is often the output matrix too, the rows of a prompt's tokens are read from the file
    /// again: some pages.</summary>
    private static void Forget(WeightMatrix matrix) => Pages.Forget(matrix.Data, matrix.Bytes);

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
