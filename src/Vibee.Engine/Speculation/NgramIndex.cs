namespace Vibee.Engine.Speculation;

/// <summary>
/// Finds where the end of a growing text occurred before, as compressors do: chains of positions with the same
/// <see cref="LeastMatch"/> tokens before them, the latest first. A token costs constant time to add, and a look-up
/// visits no more than <see cref="MostVisited"/> positions, whatever the text is.
/// </summary>
/// <param name="capacity">The most tokens there will be.</param>
internal sealed class NgramIndex(int capacity)
{
    /// <summary>Stands between texts: it occurs in no match and no draft.</summary>
    public const int Border = -1;

    /// <summary>Fewer tokens than this mean nothing: most pairs of words occur again with something else after them.</summary>
    public const int LeastMatch = 3;

    /// <summary>A match is followed back no further: longer ones say nothing more about what comes next.</summary>
    public const int LongestMatch = 16;

    private const int MostVisited = 16;
    private const int MostHeads = 1 << 16;

    private readonly int[] _tokens = new int[capacity];

    // [i]: the position before i that stands behind the same hash, or −1
    private readonly int[] _previous = new int[capacity];

    // [hash]: the latest position behind it, plus one; 0 is none
    private readonly int[] _heads = new int[(int)Math.Min(MostHeads, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity)))];

    public int Count { get; private set; }

    public void Add(int token)
    {
        var at = Count++;
        _tokens[at] = token;
        _previous[at] = -1;
        if (Count < LeastMatch)
            return;
        ref var head = ref _heads[Hash(at)];
        _previous[at] = head - 1;
        head = Count;
    }

    /// <summary>Looks for the longest earlier occurrence of the end, among equals the latest, and copies what followed it.
    /// What followed may reach into the end itself, as it does where a text goes round in circles, and then goes on by
    /// its own repetition.</summary>
    /// <param name="draft">To be filled as far as something is known.</param>
    /// <param name="drafted">How far it was.</param>
    /// <returns>What agreed. No more than twice its length is drafted: where little was seen to agree, little is known.</returns>
    public Match Find(Span<int> draft, out int drafted)
    {
        drafted = 0;
        if (Count < LeastMatch)
            return default;
        var best = default(Match);
        var (at, visited) = (_previous[Count - 1], 0);
        for (; at >= 0 && visited < MostVisited && best.Length < LongestMatch; at = _previous[at], visited++)
        {
            var length = Common(at);
            if (length >= LeastMatch && length > best.Length)
                best = new Match(at + 1, length);
        }

        if (best.Length == 0)
            return default;
        var period = Count - best.Start;
        for (var most = Math.Min(draft.Length, 2 * best.Length); drafted < most; drafted++)
        {
            var token = drafted < period ? _tokens[best.Start + drafted] : draft[drafted - period];
            if (token == Border)
                break;
            draft[drafted] = token;
        }

        return best;
    }

    // How many tokens up to a position are those of the end.
    private int Common(int at)
    {
        var length = 0;
        while (length < LongestMatch && length <= at && _tokens[at - length] == _tokens[Count - 1 - length] && _tokens[at - length] != Border)
            length++;
        return length;
    }

    private int Hash(int at)
    {
        var hash = (uint)_tokens[at] * 0x9E3779B1 ^ (uint)_tokens[at - 1] * 0x85EBCA77 ^ (uint)_tokens[at - 2] * 0xC2B2AE3D;
        return (int)((hash ^ hash >> 15) & (uint)(_heads.Length - 1));
    }

    /// <param name="Start">The position of what followed the match.</param>
    /// <param name="Length">Tokens that agree.</param>
    public readonly record struct Match(int Start, int Length);
}
