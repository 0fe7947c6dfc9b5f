namespace Vibee.Engine.Sampling;

/// <summary>A set of tokens that is emptied at no cost: a token is in it if it bears the number of the round.</summary>
internal sealed class TokenMarks(int vocabularySize)
{
    private readonly int[] _rounds = new int[vocabularySize];
    private int _round = 1;

    public void Clear()
    {
        if (++_round != int.MaxValue)
            return;
        Array.Clear(_rounds);
        _round = 1;
    }

    /// <returns>False if it was in the set.</returns>
    public bool Add(int token)
    {
        if (_rounds[token] == _round)
            return false;
        _rounds[token] = _round;
        return true;
    }
}
