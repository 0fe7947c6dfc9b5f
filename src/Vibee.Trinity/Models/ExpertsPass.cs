using Vibee.Trinity.Kernels;
using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// The mixture of experts: each token asks the few experts its router prefers. Questions are sorted by expert, so that an
/// expert's weights are read once for all tokens that ask it; each question has a column of its own.
/// </summary>
internal sealed unsafe class ExpertsPass
{
    private readonly Scratch _scratch;
    private readonly Step _step;
    private readonly int _experts;
    private readonly int _used;
    private readonly int[] _chosen; // [token][rank]: expert
    private readonly float[] _weights; // [token][rank]
    private readonly int[] _columns; // [token][rank]: column of the question
    private readonly int[] _askers; // [column]: token
    private readonly int[] _itself; // [column]: the same column
    private readonly int[] _firsts; // [expert]: its first column; they end where the next begins

    public ExpertsPass(Shape shape, Scratch scratch, Step step, int tokens)
    {
        _scratch = scratch;
        _step = step;
        _experts = shape.Experts;
        _used = shape.ExpertsUsed;
        _chosen = new int[tokens * _used];
        _weights = new float[tokens * _used];
        _columns = new int[tokens * _used];
        _askers = new int[tokens * _used];
        _itself = [.. Enumerable.Range(0, tokens * _used)];
        _firsts = new int[_experts + 1];
    }

    /// <summary>Reads Normed, leaves what is to be added in Update.</summary>
    public void Run(Workbench bench, Experts part)
    {
        part.Router.Apply(bench, _scratch.Normed, _step.Count, _scratch.Router);
        bench.Worker.Sync();

        var (start, end) = bench.Worker.Share(_step.Count);
        for (var token = start; token < end; token++)
            Choose(token);
        bench.Worker.Sync();

        if (bench.Worker.Index == 0)
            Sort();
        bench.Worker.Sync();

        for (var expert = 0; expert < _experts; expert++)
        {
            var askers = Questions(_askers, expert);
            part.All[expert].Gate!.Apply(bench, _scratch.Normed, askers, _scratch.Gate, _firsts[expert]);
            part.All[expert].Up.Apply(bench, _scratch.Normed, askers, _scratch.Inner, _firsts[expert]);
        }

        bench.Worker.Sync();
        var (from, to) = bench.Worker.Share(_step.Count * _used);
        for (var column = from; column < to; column++)
            FeedForwardPass.Activate(_scratch, part.All[0], column);
        bench.Worker.Sync();

        for (var expert = 0; expert < _experts; expert++)
            part.All[expert].Down.Apply(bench, _scratch.Inner, Questions(_itself, expert), _scratch.Answers, _firsts[expert]);

        bench.Worker.Sync();
        for (var token = start; token < end; token++)
            Join(token);
        bench.Worker.Sync();
    }

    /// <summary>The best experts of a token, best first, with their softmax brought to a sum of one.</summary>
    private void Choose(int token)
    {
        var scores = new Span<float>(_scratch.Router.Column(token), _experts);
        fixed (float* first = scores)
        {
            var sum = Vectors.Exponentials(first, Vectors.Largest(first, _experts), _experts);
            Vectors.Scale(1 / sum, first, _experts);
        }

        var total = 0f;
        for (var rank = 0; rank < _used; rank++)
        {
            var best = 0;
            for (var expert = 1; expert < _experts; expert++)
            {
                if (scores[expert] > scores[best])
                    best = expert;
            }

            _chosen[token * _used + rank] = best;
            _weights[token * _used + rank] = scores[best];
            total += scores[best];
            scores[best] = float.NegativeInfinity;
        }

        // Not below the smallest 16-bit number, as in the reference.
        total = MathF.Max(total, 6.103515625e-5f);
        for (var rank = 0; rank < _used; rank++)
            _weights[token * _used + rank] /= total;
    }

    private void Sort()
    {
        var questions = _step.Count * _used;
        var column = 0;
        for (var expert = 0; expert < _experts; expert++)
        {
            _firsts[expert] = column;
            for (var question = 0; question < questions; question++)
            {
                if (_chosen[question] != expert)
                    continue;
                _columns[question] = column;
                _askers[column++] = question / _used;
            }
        }

        _firsts[_experts] = column;
    }

    private ReadOnlySpan<int> Questions(int[] columns, int expert) => columns.AsSpan(_firsts[expert].._firsts[expert + 1]);

    /// <summary>The weighted sum of a token's answers, in the order of their rank.</summary>
    private void Join(int token)
    {
        var update = _scratch.Update.Column(token);
        new Span<float>(update, _scratch.Update.Length).Clear();
        for (var question = token * _used; question < (token + 1) * _used; question++)
            Vectors.AddScaled(_weights[question], _scratch.Answers.Column(_columns[question]), update, _scratch.Update.Length);
    }
}
