using System.Numerics;
using Vibee.Engine.Scheduling;

namespace Vibee.Engine.Speculation;

/// <summary>
/// Gives the streams of a step drafts to evaluate behind their own tokens: where a text repeats itself, one step then says
/// many tokens, and they are the same as without (speculative decoding: Leviathan et al., ICML 2023, here with no second
/// model).
/// </summary>
/// <remarks>Drafts are what is given up first: they take no room that a sequence, a prompt or a cached prefix could use.</remarks>
internal sealed class Speculator
{
    /// <summary>The part of the time that may go to steps that were thought too slow.</summary>
    private const double TrialShare = 0.01;

    private readonly RunnerCapacity _capacity;
    private readonly IReadOnlySet<int> _ends;
    private readonly StepBudget _budget;
    private readonly DraftLengths _lengths;
    private readonly double[] _chances;
    private readonly int[] _chosen;
    private readonly Func<int, double> _seconds;
    private int _streams;
    private int _tokens;
    private double _forTrials; // seconds

    public Speculator(IModelRunner runner, int parallel, StepBudget budget)
    {
        _capacity = runner.Capacity;
        _ends = runner.Tokenizer.EndOfGenerationTokens;
        _budget = budget;
        _lengths = new DraftLengths(parallel);
        _chances = new double[parallel];
        _chosen = new int[parallel];
        _seconds = more => _budget.Seconds(_streams, _tokens - _streams + more);
    }

    /// <summary>Drafts for a step.</summary>
    /// <param name="step">What it evaluates anyway.</param>
    /// <param name="freeCells">Of the KV cache.</param>
    public void Plan(List<ScheduledTokens> step, int freeCells)
    {
        // A step that takes prompts along has no time to spare: that is how much of them it takes.
        (_streams, _tokens) = (step.Count, 0);
        foreach (var (sequence, count) in step)
        {
            if (!sequence.IsDecoding || count < sequence.Pending)
                return;
            _tokens += count;
        }

        var room = Math.Min(Math.Min(_capacity.BatchTokens, freeCells) - _tokens, _capacity.BatchLogits - step.Count);
        if (room <= 0)
            return;
        var (proposed, likeliest) = (0, 0.0);
        for (var i = 0; i < step.Count; i++)
        {
            var sequence = step[i].Sequence;
            var draft = sequence.Draft ??= new Draft(sequence);
            // What it may still say, of which one token comes without a draft.
            var most = Math.Min(sequence.MaxTokens - sequence.GeneratedTokens, _capacity.ContextLength - sequence.Length) - 1;
            _chosen[i] = draft.Propose(Math.Min(most, room), _ends);
            _chances[i] = draft.Chance;
            proposed += _chosen[i];
            likeliest = _chosen[i] > 0 ? Math.Max(likeliest, draft.Chance) : likeliest;
        }

        if (proposed == 0)
            return;
        _lengths.Choose(_chances.AsSpan(0, step.Count), _chosen.AsSpan(0, step.Count), room, _seconds);
        // Where drafts are mostly wrong it is not the time that keeps them short.
        if (likeliest >= Draft.AfterShortMatch)
            TryLonger(step, Math.Min(proposed, room));
        for (var i = 0; i < step.Count; i++)
            step[i].Sequence.Draft!.Shorten(_chosen[i]);
    }

    // Larger steps may have been slow only once, when the machine had something else to do, and then nothing would show it
    // if they were never tried again. The next larger size is, as soon as it can be paid from a small part of all time.
    private void TryLonger(List<ScheduledTokens> step, int most)
    {
        var taken = 0;
        foreach (var length in _chosen.AsSpan(0, step.Count))
            taken += length;
        var now = _seconds(taken);
        _forTrials += TrialShare * now;
        var next = Math.Min(most, (int)BitOperations.RoundUpToPowerOf2((uint)(_tokens + taken) + 1) - _tokens);
        if (next <= taken || _seconds(next) - now > _forTrials)
            return;
        _forTrials = 0;
        _budget.Doubt(_tokens + next);
        for (var i = 0; i < step.Count && taken < next; i++)
        {
            var more = Math.Min(step[i].Sequence.Draft!.Length - _chosen[i], next - taken);
            _chosen[i] += more;
            taken += more;
        }
    }

    /// <summary>Takes all drafts of a step back.</summary>
    /// <returns>False when there were none.</returns>
    public static bool GiveUp(List<ScheduledTokens> step)
    {
        var some = false;
        foreach (var (sequence, _) in step)
        {
            some |= sequence.Draft is { Length: > 0 };
            sequence.Draft?.Shorten(0);
        }

        return some;
    }
}
