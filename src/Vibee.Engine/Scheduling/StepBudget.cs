namespace Vibee.Engine.Scheduling;

/// <summary>
/// How many prompt tokens a step takes along, from what steps were measured to cost. On a CPU almost every token adds
/// its share to a step's time; on a GPU dozens add next to nothing. So no constant serves both, and the engine tells
/// this class what each step took. It has no clock of its own.
/// </summary>
/// <param name="parallel">The most streams that a step serves.</param>
/// <param name="batchTokens">The most tokens of one step.</param>
internal sealed class StepBudget(int parallel, int batchTokens)
{
    /// <summary>How much longer a step may take for the prompts it takes along, for those whose streams it serves.
    /// What is promised is 2; the rest is for what was estimated wrongly.</summary>
    public const double MostSlowdown = 1.5;

    /// <summary>A step that serves no stream may take this long: whoever comes meanwhile, or goes, waits for its end.</summary>
    private const double MostSeconds = 0.5;

    /// <summary>With so many tokens a step reads the weights once for many of them, and larger steps save little: they
    /// may be this large even where that takes longer.</summary>
    private const int LeastAlone = 64;

    // [streams]: the mean time of the steps that served so many and nothing else
    private readonly Mean[] _streams = new Mean[parallel + 1];

    // [k]: the mean size and time of all steps with 2^k to 2^(k+1) − 1 tokens
    private readonly (Mean Tokens, Mean Seconds)[] _steps = new (Mean, Mean)[32];

    /// <summary>A step took so long that served some streams, one token each, and took prompt tokens along.</summary>
    public void Observe(int streams, int promptTokens, double seconds)
    {
        if (promptTokens == 0)
            _streams[streams].Add(seconds);
        ref var step = ref _steps[int.Log2(streams + promptTokens)];
        var share = step.Seconds.IsDoubted ? 1 : Mean.UsualShare;
        step.Tokens.Add(streams + promptTokens, share);
        step.Seconds.Add(seconds, share);
    }

    /// <summary>The most prompt tokens of a step that serves <paramref name="streams"/>; at least one where the batch has
    /// room for it, so that no prompt waits for ever.</summary>
    public int PromptTokens(int streams)
    {
        if (streams >= batchTokens)
            return 0;
        var tokens = streams == 0
            ? Math.Max(LeastAlone, TokensWithin(MostSeconds))
            : TokensWithin(MostSlowdown * SecondsFor(streams)) - streams;
        return Math.Clamp(tokens, 1, batchTokens - streams);
    }

    /// <summary>About how long a step takes that serves <paramref name="streams"/> and evaluates so many tokens more; 0 if
    /// nothing is known. More than was ever seen is taken to cost no more than that: it is tried once, and then known.</summary>
    public double Seconds(int streams, int more)
    {
        var (tokens, time) = ((double)streams, SecondsFor(streams));
        if (more == 0 || time == 0)
            return time;
        foreach (var step in _steps)
        {
            if (!step.Seconds.IsKnown || step.Tokens.Value <= tokens)
                continue;
            var seconds = Math.Max(time, step.Seconds.Value);
            if (step.Tokens.Value >= streams + more)
                return time + (seconds - time) * (streams + more - tokens) / (step.Tokens.Value - tokens);
            (tokens, time) = (step.Tokens.Value, seconds);
        }

        return time;
    }

    /// <summary>A step of so many tokens is tried although it was thought too slow: what it takes counts more than what was
    /// known before.</summary>
    public void Doubt(int tokens) => _steps[int.Log2(tokens)].Seconds.Doubt();

    private double SecondsFor(int streams)
    {
        if (_streams[streams].IsKnown)
            return _streams[streams].Value;
        // Where prompts never cease, no step serves so many streams alone: then what larger and smaller steps took.
        var (tokens, time) = (0.0, 0.0);
        foreach (var step in _steps)
        {
            if (!step.Seconds.IsKnown)
                continue;
            if (step.Tokens.Value >= streams)
                return time == 0 ? step.Seconds.Value : time + (step.Seconds.Value - time) * (streams - tokens) / (step.Tokens.Value - tokens);
            (tokens, time) = (step.Tokens.Value, step.Seconds.Value);
        }

        return time == 0 ? 0 : time * streams / tokens;
    }

    // Between two sizes that were seen, time grows evenly; beyond the largest, in proportion to it.
    private int TokensWithin(double seconds)
    {
        var (tokens, time) = (0.0, 0.0);
        foreach (ref var step in _steps.AsSpan())
        {
            if (!step.Seconds.IsKnown)
                continue;
            if (step.Seconds.Value > seconds && tokens > 0)
                step.Seconds.Fade(); // what is never tried again may have been slow only once
            if (step.Seconds.Value > seconds)
                return (int)(tokens + (step.Tokens.Value - tokens) * Math.Max(0, (seconds - time) / (step.Seconds.Value - time)));
            (tokens, time) = (step.Tokens.Value, step.Seconds.Value);
        }

        return time > 0 ? (int)Math.Min(batchTokens, tokens * seconds / time) : 0;
    }

    /// <summary>A mean over some ten values, the newest counting most: as contexts grow, so do the times.</summary>
    private struct Mean
    {
        public const double UsualShare = 0.1;

        public double Value { get; private set; }

        public bool IsKnown { get; private set; }

        public bool IsDoubted { get; private set; }

        /// <summary>Believes it a little less.</summary>
        public void Fade() => Value *= 0.999;

        /// <summary>The next value counts instead of it.</summary>
        public void Doubt() => IsDoubted = true;

        public void Add(double value, double share = UsualShare)
        {
            Value = IsKnown ? Value + (value - Value) * share : value;
            (IsKnown, IsDoubted) = (true, false);
        }
    }
}
