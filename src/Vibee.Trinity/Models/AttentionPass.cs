using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Models;

/// <summary>
/// Attention over the blocks of the KV cache: all scores of a tile, their softmax, then the mean of the values.
/// </summary>
/// <remarks>
/// <para>The unit of work is a tile of neighbouring tokens times a KV head: its keys and values are widened to floats once
/// for all tokens of the tile and all query heads that share the head. A token walks the same blocks in the same order
/// whichever tile it is in.</para>
/// <para>Queries and weights are rounded to 16 bits, as the reference does, which multiplies 16-bit floats here: a small
/// model whose activations are rounded to 8 bits later on chooses other tokens otherwise. A softmax that goes along
/// block by block would need no buffer as long as the context, but has no final weights to round.</para>
/// </remarks>
internal sealed unsafe class AttentionPass
{
    private readonly Shape _shape;
    private readonly Scratch _scratch;
    private readonly Step _step;
    private readonly KvCache _cache;
    private readonly int _group;

    public AttentionPass(Model model, Scratch scratch, Step step, KvCache cache)
    {
        _shape = model.Shape;
        _scratch = scratch;
        _step = step;
        _cache = cache;
        _group = _shape.Heads / _shape.KvHeads;
    }

    /// <summary>Floats that a worker needs: a block's keys or values, and the scores of a tile.</summary>
    public static long BenchLength(Shape shape, KvCache cache) =>
        KvCache.BlockLength * shape.HeadLength + (long)Step.LongestTile * (shape.Heads / shape.KvHeads) * RowLength(cache);

    /// <summary>Reads Normed, leaves what is to be added in Update.</summary>
    public void Run(Workbench bench, Attention attention, int layer)
    {
        var count = _step.Count;
        attention.Query.Apply(bench, _scratch.Normed, count, _scratch.Query);
        attention.Key.Apply(bench, _scratch.Normed, count, _scratch.Key);
        attention.Value.Apply(bench, _scratch.Normed, count, _scratch.Value);
        bench.Worker.Sync();

        Rotate(bench, attention, layer);
        bench.Worker.Sync();

        var deal = bench.Worker.Deal(_step.Tiles * _shape.KvHeads);
        while (deal.TryTake(out var start, out var end))
        {
            for (var unit = start; unit < end; unit++)
                Attend(bench, attention, layer, _step.Tile(unit / _shape.KvHeads), unit % _shape.KvHeads);
        }

        bench.Worker.Sync();

        var (from, to) = bench.Worker.Share(count);
        for (var token = from; token < to; token++)
        {
            var attended = _scratch.Attended.Column(token);
            attention.InnerNorm?.Apply(attended, attended, _shape.QueryWidth);
            _scratch.Attended.Quantize(token, attention.Output.Form);
        }

        bench.Worker.Sync();
        attention.Output.Apply(bench, _scratch.Attended, count, _scratch.Update);
        bench.Worker.Sync();
    }

    /// <summary>Norms and rotates the queries and keys of the worker's tokens, and stores their keys and values.</summary>
    private void Rotate(Workbench bench, Attention attention, int layer)
    {
        var batch = _step.Batch;
        var rope = attention.Rope is null ? -1 : Array.IndexOf(_scratch.Ropes, attention.Rope);
        var (start, end) = bench.Worker.Share(_step.Count);
        for (var token = start; token < end; token++)
        {
            var query = _scratch.Query.Column(token);
            var key = _scratch.Key.Column(token);
            var value = _scratch.Value.Column(token);
            attention.QueryNorm?.ApplyToHeads(query, _shape.Heads, _shape.HeadLength);
            attention.KeyNorm?.ApplyToHeads(key, _shape.KvHeads, _shape.HeadLength);
            if (rope >= 0)
            {
                var cosines = _scratch.Cosines[rope].Column(token);
                var sines = _scratch.Sines[rope].Column(token);
                for (var head = 0; head < _shape.Heads; head++)
                    attention.Rope!.Rotate(query + head * _shape.HeadLength, cosines, sines);
                for (var head = 0; head < _shape.KvHeads; head++)
                    attention.Rope!.Rotate(key + head * _shape.HeadLength, cosines, sines);
            }

            Halves.Round(query, query, _shape.QueryWidth);
            for (var head = 0; head < _shape.KvHeads; head++)
                _cache.Store(batch.Slots[token], batch.Positions[token], layer, head, key + head * _shape.HeadLength, value + head * _shape.HeadLength);
        }
    }

    private void Attend(Workbench bench, Attention attention, int layer, (int Start, int End) tile, int kvHead)
    {
        var cells = bench.Attention;
        // [token × head of the group][position]
        var scores = cells + KvCache.BlockLength * _shape.HeadLength;
        Score(attention, layer, tile, kvHead, cells, scores);
        for (var token = tile.Start; token < tile.End; token++)
        {
            for (var i = 0; i < _group; i++)
                Softmax(attention, token, Row(scores, tile, token, i));
            new Span<float>(Head(_scratch.Attended, token, kvHead * _group), _group * _shape.HeadLength).Clear();
        }

        Read(attention, layer, tile, kvHead, cells, scores);
    }

    private void Score(Attention attention, int layer, (int Start, int End) tile, int kvHead, float* cells, float* scores)
    {
        for (var position = FirstBlock(attention, tile); position <= LastPosition(tile); position += KvCache.BlockLength)
        {
            var block = _cache.Block(_step.Batch.Slots[tile.Start], position);
            _cache.LoadKeys(block, layer, kvHead, Math.Min(KvCache.BlockLength, LastPosition(tile) + 1 - position), cells);
            for (var token = tile.Start; token < tile.End; token++)
            {
                var (from, to) = Seen(attention, token, position);
                for (var i = 0; i < _group; i++)
                {
                    var query = Head(_scratch.Query, token, kvHead * _group + i);
                    if (from < to)
                        HeadProduct.Score(cells, from, to, query, _shape.HeadLength, attention.Scale, Row(scores, tile, token, i) + position);
                }
            }
        }
    }

    private void Softmax(Attention attention, int token, float* row)
    {
        var last = _step.Batch.Positions[token];
        var first = Earliest(attention, last);
        row += first;
        var count = last + 1 - first;
        var sum = Vectors.Exponentials(row, Vectors.Largest(row, count), count);
        Vectors.Scale(1 / sum, row, count);
        Halves.Round(row, row, count);
    }

    private void Read(Attention attention, int layer, (int Start, int End) tile, int kvHead, float* cells, float* scores)
    {
        for (var position = FirstBlock(attention, tile); position <= LastPosition(tile); position += KvCache.BlockLength)
        {
            var block = _cache.Block(_step.Batch.Slots[tile.Start], position);
            _cache.LoadValues(block, layer, kvHead, Math.Min(KvCache.BlockLength, LastPosition(tile) + 1 - position), cells);
            for (var token = tile.Start; token < tile.End; token++)
            {
                var (from, to) = Seen(attention, token, position);
                for (var i = 0; i < _group; i++)
                {
                    var attended = Head(_scratch.Attended, token, kvHead * _group + i);
                    if (from < to)
                        HeadProduct.Read(cells, from, to, Row(scores, tile, token, i) + position, _shape.HeadLength, attended);
                }
            }
        }
    }

    /// <summary>What a token sees of the block that begins at a position: from, to (exclusive); perhaps nothing.</summary>
    private (int From, int To) Seen(Attention attention, int token, int block)
    {
        var last = _step.Batch.Positions[token];
        return (Math.Max(0, Earliest(attention, last) - block), Math.Min(KvCache.BlockLength, last + 1 - block));
    }

    private int FirstBlock(Attention attention, (int Start, int End) tile) =>
        Earliest(attention, _step.Batch.Positions[tile.Start]) / KvCache.BlockLength * KvCache.BlockLength;

    private int LastPosition((int Start, int End) tile) => _step.Batch.Positions[tile.End - 1];

    private float* Row(float* scores, (int Start, int End) tile, int token, int head) =>
        scores + ((long)(token - tile.Start) * _group + head) * RowLength(_cache);

    /// <summary>Whole blocks: scores are written in eights.</summary>
    private static long RowLength(KvCache cache) => (cache.ContextLength + KvCache.BlockLength - 1L) / KvCache.BlockLength * KvCache.BlockLength;

    private float* Head(Matrix matrix, int token, int head) => matrix.Column(token) + head * _shape.HeadLength;

    private static int Earliest(Attention attention, int position) =>
        attention.Window == 0 ? 0 : Math.Max(0, position + 1 - attention.Window);
}
