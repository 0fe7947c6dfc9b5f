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
    private readonly RunnerCapacity _capacity;
    private readonly IReadOnlySet<int> _ends;
    private readonly StepBudget _budget;
    private readonly DraftLengths _lengths;
    private readonly double[] _chances;
    private readonly int[] _chosen;
    private readonly Func<int, double> _seconds;
    private int _streams;
    private int _tokens;

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
        var taken = 0;
        for (var i = 0; i < step.Count; i++)
        {
            step[i].Sequence.Draft!.Shorten(_chosen[i]);
            taken += _chosen[i];
        }

        // Larger steps may have been slow only once, when the machine had something else to do. Where drafts are mostly wrong
        // it is not the time that keeps them short.
        if (taken < Math.Min(proposed, room) && likeliest >= Draft.AfterShortMatch)
            _budget.Doubt(_tokens + taken, _tokens + Math.Min(proposed, room));
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
