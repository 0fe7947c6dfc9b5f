using System.Diagnostics;
using Vibee.Engine;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Models.Parts;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Models;

/// <summary>
/// The forward pass. Every worker runs <see cref="Run"/> from top to bottom and does its share of each line: tokens where a
/// line works on whole vectors, rows where it multiplies with weights, heads where it attends. They wait for each other
/// where a line reads what others wrote.
/// </summary>
/// <remarks>Each value is computed by one worker, in an order that depends on sizes alone. So the logits of a sequence are
/// the same bits whatever else is in the batch, however its prompt was cut, and however many threads there are.</remarks>
internal sealed unsafe class Transformer
{
    private readonly Model _model;
    private readonly Scratch _scratch;
    private readonly Step _step;
    private readonly AttentionPass _attention;
    private readonly FeedForwardPass _feedForward;
    private readonly ExpertsPass _experts;
    private readonly WorkerTeam _team;
    private readonly Workbench[] _benches;
    private readonly Action<Worker> _run;
    private Matrix _logits = null!; // set before each run
    private long _lastProgress;

    /// <param name="model">Read from a file that stays open.</param>
    /// <param name="reader">That read it, and knows what its matrices need.</param>
    /// <param name="tokens">The most in a batch.</param>
    /// <param name="cache">Its keys and values.</param>
    /// <param name="team">Who computes.</param>
    /// <param name="arena">For all buffers.</param>
    public Transformer(Model model, ModelReader reader, int tokens, KvCache cache, WorkerTeam team, Arena arena)
    {
        _model = model;
        _team = team;
        _step = new Step(tokens, AttentionTile.Tokens(model.Shape, cache));
        _scratch = new Scratch(arena, model, reader.Forms, tokens);
        _attention = new AttentionPass(model, _scratch, _step, cache);
        _feedForward = new FeedForwardPass(_scratch, _step);
        _experts = new ExpertsPass(model.Shape, _scratch, _step, tokens);
        _benches = [.. team.Workers.Select(worker => new Workbench(worker, arena, reader.LongestRow, AttentionTile.BufferLength(model.Shape, cache)))];
        _run = Run;
    }

    /// <summary>Evaluates a batch whose cells exist.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="logits">Gets one row per token that wants them, in their order.</param>
    public void Forward(Batch batch, LogitRows logits)
    {
        _step.Plan(batch);
        _logits = logits.Rows;
        _team.Run(_run);
    }

    /// <summary>The column of the last logits that belongs to a token; −1 for none.</summary>
    public int OutputRow(int token) => _step.OutputRow(token);

    /// <summary>As <see cref="IModelRunner.LastProgress"/>: a half of a layer was done.</summary>
    public long LastProgress => Volatile.Read(ref _lastProgress);

    private void Run(Worker worker)
    {
        var bench = _benches[worker.Index];
        Embed(bench);
        for (var i = 0; i < _model.Layers.Length; i++)
        {
            var layer = _model.Layers[i];
            NormForAttention(bench, layer);
            _attention.Run(bench, layer.Attention, i);
            Progress(worker);
            NormForFeedForward(bench, layer);
            if (layer.Experts is { } experts)
                _experts.Run(bench, experts);
            else
                _feedForward.Run(bench, layer.FeedForward!);
            AddUpdates(bench, layer.PostFeedForwardNorm);
            Progress(worker);
        }

        Project(bench);
    }

    private void Progress(Worker worker)
    {
        if (worker.Index == 0)
            Volatile.Write(ref _lastProgress, Stopwatch.GetTimestamp());
    }

    private void Embed(Workbench bench)
    {
        var batch = _step.Batch;
        var (start, end) = bench.Worker.Share(_step.Count);
        for (var token = start; token < end; token++)
        {
            var hidden = _scratch.Hidden.Column(token);
            _model.Embedding.Read(batch.Tokens[token], bench, hidden);
            if (_model.EmbeddingScale != 1)
                Vectors.Scale(_model.EmbeddingScale, hidden, _model.Shape.Width);
            if (_model.Positions is { } positions)
            {
                // Normed is free until the first layer.
                positions.Read(batch.Positions[token], bench, _scratch.Normed.Column(token));
                Vectors.Add(_scratch.Normed.Column(token), hidden, _model.Shape.Width);
            }

            for (var i = 0; i < _scratch.Ropes.Length; i++)
                _scratch.Ropes[i].Angles(batch.Positions[token], _scratch.Cosines[i].Column(token), _scratch.Sines[i].Column(token));
        }
    }

    // A worker's tokens are the same in all three: what it added itself needs no waiting for.
    private void NormForAttention(Workbench bench, Layer layer)
    {
        var (start, end) = bench.Worker.Share(_step.Count);
        var forms = layer.Attention.InputForms;
        if (layer.FeedForwardNorm is null)
            forms |= layer.FeedForward!.InputForms;
        for (var token = start; token < end; token++)
        {
            layer.AttentionNorm.Apply(_scratch.Hidden.Column(token), _scratch.Normed.Column(token), _model.Shape.Width);
            _scratch.Normed.Quantize(token, forms);
        }

        bench.Worker.Sync();
    }

    private void NormForFeedForward(Workbench bench, Layer layer)
    {
        AddUpdates(bench, layer.PostAttentionNorm);
        if (layer.FeedForwardNorm is not { } norm)
            return;
        var forms = layer.Experts?.InputForms ?? layer.FeedForward!.InputForms;
        var (start, end) = bench.Worker.Share(_step.Count);
        for (var token = start; token < end; token++)
        {
            norm.Apply(_scratch.Hidden.Column(token), _scratch.Normed.Column(token), _model.Shape.Width);
            _scratch.Normed.Quantize(token, forms);
        }

        bench.Worker.Sync();
    }

    private void AddUpdates(Workbench bench, Norm? norm)
    {
        var (start, end) = bench.Worker.Share(_step.Count);
        for (var token = start; token < end; token++)
        {
            var update = _scratch.Update.Column(token);
            norm?.Apply(update, update, _model.Shape.Width);
            Vectors.Add(update, _scratch.Hidden.Column(token), _model.Shape.Width);
        }
    }

    private void Project(Workbench bench)
    {
        // The tokens that want logits are few and spread over all workers' shares.
        bench.Worker.Sync();
        var (start, end) = bench.Worker.Share(_step.OutputCount);
        for (var row = start; row < end; row++)
        {
            _model.OutputNorm.Apply(_scratch.Hidden.Column(_step.Outputs[row]), _scratch.Normed.Column(row), _model.Shape.Width);
            _scratch.Normed.Quantize(row, _model.Output.Form);
        }

        bench.Worker.Sync();
        _model.Output.Apply(bench, _scratch.Normed, _step.OutputCount, _logits);
        if (_model.LogitCap > 0)
        {
            bench.Worker.Sync();
            for (var row = start; row < end; row++)
                Vectors.SoftCap(_model.LogitCap, _logits.Column(row), _model.Shape.Vocabulary);
        }
    }
}
