using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Models;

/// <summary>
/// Attention over the blocks of the KV cache: all scores of a tile, their softmax, then the mean of the values.
/// </summary>
/// <remarks>Queries and weights are rounded to 16 bits, as the reference does, which multiplies 16-bit floats here: a small
/// model whose activations are rounded to 8 bits later on chooses other tokens otherwise.</remarks>
internal sealed unsafe class AttentionPass
{
    private readonly Shape _shape;
    private readonly Scratch _scratch;
    private readonly Step _step;
    private readonly KvCache _cache;

    public AttentionPass(Model model, Scratch scratch, Step step, KvCache cache)
    {
        _shape = model.Shape;
        _scratch = scratch;
        _step = step;
        _cache = cache;
    }

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
                new AttentionTile(attention, _cache, _scratch, _shape, _step, unit / _shape.KvHeads, layer, unit % _shape.KvHeads, bench.Attention).Run();
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
}
