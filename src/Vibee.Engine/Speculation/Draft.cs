namespace Vibee.Engine.Speculation;

/// <summary>
/// What one sequence is guessed to say next: copied from where its text, or the one that its client predicted, said the
/// same before (prompt lookup decoding: Saxena 2023). Belongs to the engine's thread.
/// </summary>
/// <remarks>In each step: <see cref="Propose"/>, <see cref="Shorten"/> to what is worth its cost, the runner evaluates it,
/// <see cref="Confirm"/> token by token, <see cref="Close"/>. Between steps it is empty.</remarks>
internal sealed class Draft(Sequence sequence)
{
    public const int Longest = 16;

    /// <summary>Where so many tokens agree a passage is being copied; fewer may agree by coincidence.</summary>
    private const int LongMatch = 8;

    // The chances that are assumed as long as nothing is known.
    public const double AfterShortMatch = 0.5;
    public const double AfterLongMatch = 0.85;

    // How much is forgotten of what was learned before, for each token that was decided about; and for each draft that
    // was not tried, so that it is tried again some day.
    private const double Learning = 0.25;
    private const double Forgetting = 0.01;

    private readonly NgramIndex _index = new(sequence.PromptLength + sequence.MaxTokens + (sequence.Prediction.Length > 0 ? sequence.Prediction.Length + 2 : 0));
    private readonly int[] _tokens = new int[Longest];
    private double _short = AfterShortMatch;
    private double _long = AfterLongMatch;
    private bool _isLong; // the match that the draft is from
    private int _confirmed;
    private int _known; // tokens of the sequence that the index has
    private bool _isOfPrediction;

    /// <summary>How probable it is that a token of a draft is right when all before it are.</summary>
    public double Chance => _isLong ? _long : _short;

    /// <summary>What is evaluated behind the sequence's own tokens, in this step.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Length);

    public int Length { get; private set; }

    /// <summary>How many of the first tokens the sequence has really said.</summary>
    public int Confirmed => _confirmed;

    /// <summary>Tokens that were drafted from the prediction, and came true or did not.</summary>
    public PredictionUse Use { get; private set; }

    /// <summary>Looks for what may come next.</summary>
    /// <param name="most">The longest draft that there is room for.</param>
    /// <param name="ends">Tokens that end a text: nothing follows them, so they are not drafted.</param>
    /// <returns>How many tokens; 0 where the text says nothing that it said before.</returns>
    public int Propose(int most, IReadOnlySet<int> ends)
    {
        CatchUp();
        var match = _index.Find(_tokens.AsSpan(0, Math.Clamp(most, 0, Longest)), out var drafted);
        for (Length = 0; Length < drafted && !ends.Contains(_tokens[Length]); Length++)
        {
        }

        _isLong = match.Length >= LongMatch;
        _isOfPrediction = match.Start > sequence.PromptLength && match.Start <= sequence.PromptLength + sequence.Prediction.Length;
        return Length;
    }

    /// <summary>Cuts it to what is to be evaluated.</summary>
    public void Shorten(int length)
    {
        if (Length > 0 && length == 0)
            Learn(Forgetting, _isLong ? AfterLongMatch : AfterShortMatch);
        Length = length;
    }

    /// <summary>The sequence said <paramref name="token"/> next.</summary>
    /// <returns>Whether the draft did too, so that it is evaluated already.</returns>
    public bool Confirm(int token)
    {
        if (_confirmed == Length || _tokens[_confirmed] != token)
            return false;
        _confirmed++;
        return true;
    }

    /// <summary>Learns how good it was, and forgets it.</summary>
    public void Close()
    {
        if (Length > 0)
        {
            // Only what follows right ones was decided about.
            var decided = Math.Min(_confirmed + 1, Length);
            Learn(1 - Math.Pow(1 - Learning, decided), (double)_confirmed / decided);
            if (_isOfPrediction)
                Use = new PredictionUse(Use.Accepted + _confirmed, Use.Rejected + Length - _confirmed);
        }

        (Length, _confirmed) = (0, 0);
    }

    private void Learn(double share, double observed)
    {
        ref var chance = ref _isLong ? ref _long : ref _short;
        chance += share * (observed - chance);
    }

    // The prediction stands where the answer begins: nearer to it than the prompt, it is the first to be copied from.
    private void CatchUp()
    {
        for (; _known < sequence.Length; _known++)
        {
            if (_known == sequence.PromptLength && sequence.Prediction.Length > 0)
            {
                _index.Add(NgramIndex.Border);
                foreach (var token in sequence.Prediction.Span)
                    _index.Add(token);
                _index.Add(NgramIndex.Border);
            }

            _index.Add(sequence.Tokens[_known]);
        }
    }
}

/// <summary>Tokens of a prediction that were tried, and came true or did not.</summary>
public readonly record struct PredictionUse(int Accepted, int Rejected);
