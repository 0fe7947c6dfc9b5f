using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Models;

/// <summary>
/// Attention over the blocks of the KV cache. Scores are turned into weights block by block with a running maximum
/// (online softmax: Milakov, Gimelshein 2018), so that no buffer grows with the context.
/// </summary>
/// <remarks>The unit of work is a tile of neighbouring tokens times a KV head: its keys and values are widened to floats once
/// for all tokens of the tile and all query heads that share the head. A token walks the same blocks in the same order
/// whichever tile it is in.</remarks>
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

    /// <summary>Floats that a worker needs: a block's keys and values, its scores, and a maximum and a sum for each token
    /// and head of a tile.</summary>
    public static int BenchLength(Shape shape) =>
        2 * KvCache.BlockLength * shape.HeadLength + KvCache.BlockLength + 2 * Step.LongestTile * shape.Heads / shape.KvHeads;

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

        // Dealt out in turn, not in runs: later tokens have more to read.
        for (var unit = bench.Worker.Index; unit < _step.Tiles * _shape.KvHeads; unit += bench.Worker.Count)
            Attend(bench, attention, layer, _step.Tile(unit / _shape.KvHeads), unit % _shape.KvHeads);
        bench.Worker.Sync();

        var (start, end) = bench.Worker.Share(count);
        for (var token = start; token < end; token++)
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

            var block = _cache.Block(batch.Slots[token], batch.Positions[token]);
            var offset = batch.Positions[token] % KvCache.BlockLength * _shape.HeadLength;
            for (var head = 0; head < _shape.KvHeads; head++)
            {
                Halves.Narrow(key + head * _shape.HeadLength, _cache.Keys(block, layer, head) + offset, _shape.HeadLength);
                Halves.Narrow(value + head * _shape.HeadLength, _cache.Values(block, layer, head) + offset, _shape.HeadLength);
            }
        }
    }

    private void Attend(Workbench bench, Attention attention, int layer, (int Start, int End) tile, int kvHead)
    {
        var batch = _step.Batch;
        var (first, last) = (batch.Positions[tile.Start], batch.Positions[tile.End - 1]);
        var keys = bench.Attention;
        var values = keys + KvCache.BlockLength * _shape.HeadLength;
        var scores = values + KvCache.BlockLength * _shape.HeadLength;
        var maxima = scores + KvCache.BlockLength;
        var sums = maxima + (tile.End - tile.Start) * _group;
        new Span<float>(maxima, (tile.End - tile.Start) * _group).Fill(float.NegativeInfinity);
        new Span<float>(sums, (tile.End - tile.Start) * _group).Clear();
        for (var token = tile.Start; token < tile.End; token++)
            new Span<float>(Head(_scratch.Attended, token, kvHead * _group), _group * _shape.HeadLength).Clear();

        for (var position = Earliest(attention, first) / KvCache.BlockLength * KvCache.BlockLength; position <= last; position += KvCache.BlockLength)
        {
            var block = _cache.Block(batch.Slots[tile.Start], position);
            var length = Math.Min(KvCache.BlockLength, last + 1 - position) * _shape.HeadLength;
            Halves.Widen(_cache.Keys(block, layer, kvHead), keys, length);
            Halves.Widen(_cache.Values(block, layer, kvHead), values, length);
            for (var token = tile.Start; token < tile.End; token++)
            {
                var from = Math.Max(0, Earliest(attention, batch.Positions[token]) - position);
                var to = Math.Min(KvCache.BlockLength, batch.Positions[token] + 1 - position);
                for (var i = 0; from < to && i < _group; i++)
                {
                    var state = (token - tile.Start) * _group + i;
                    AttendBlock(attention.Scale, token, kvHead * _group + i, keys, values, scores, from, to, maxima + state, sums + state);
                }
            }
        }

        for (var token = tile.Start; token < tile.End; token++)
        {
            for (var i = 0; i < _group; i++)
                Vectors.Scale(1 / sums[(token - tile.Start) * _group + i], Head(_scratch.Attended, token, kvHead * _group + i), _shape.HeadLength);
        }
    }

    private void AttendBlock(
        float scale, int token, int head, float* keys, float* values, float* scores, int from, int to, float* maximum, float* sum)
    {
        var query = Head(_scratch.Query, token, head);
        var attended = Head(_scratch.Attended, token, head);
        for (var i = from; i < to; i++)
            scores[i - from] = scale * DotProduct.Floats(keys + i * _shape.HeadLength, query, _shape.HeadLength);

        var most = MathF.Max(*maximum, Vectors.Largest(scores, to - from));
        if (most > *maximum)
        {
            // What was summed so far was relative to the old maximum; nothing at first.
            var shrink = MathF.Exp(*maximum - most);
            *sum *= shrink;
            Vectors.Scale(shrink, attended, _shape.HeadLength);
            *maximum = most;
        }

        *sum += Vectors.Exponentials(scores, most, to - from);
        for (var i = from; i < to; i++)
            Vectors.AddScaled(scores[i - from], values + i * _shape.HeadLength, attended, _shape.HeadLength);
    }

    private float* Head(Matrix matrix, int token, int head) => matrix.Column(token) + head * _shape.HeadLength;

    private static int Earliest(Attention attention, int position) =>
        attention.Window == 0 ? 0 : Math.Max(0, position + 1 - attention.Window);
}
