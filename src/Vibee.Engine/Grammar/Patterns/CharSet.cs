namespace Vibee.Engine.Grammar.Patterns;

/// <summary>An immutable set of Unicode scalar values, as sorted ranges that neither touch nor overlap.</summary>
internal sealed class CharSet : IEquatable<CharSet>
{
    /// <summary>First, last, first, last, …: both inclusive.</summary>
    private readonly int[] _bounds;

    private CharSet(int[] bounds) => _bounds = bounds;

    /// <summary>What can be in a text: no surrogates, which UTF-8 cannot hold.</summary>
    public static CharSet Any { get; } = new([0, 0xD7FF, 0xE000, 0x10FFFF]);

    public static CharSet Empty { get; } = new([]);

    public bool IsEmpty => _bounds.Length == 0;

    public int RangeCount => _bounds.Length / 2;

    public (int Low, int High) Range(int index) => (_bounds[2 * index], _bounds[2 * index + 1]);

    public static CharSet Of(int character) => Of((character, character));

    public static CharSet OfText(string characters) => Of([.. characters.Select(letter => ((int)letter, (int)letter))]);

    public static CharSet Of(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted);
        var bounds = new List<int>(sorted.Length * 2);
        foreach (var (low, high) in sorted)
        {
            if (low > high)
                continue;
            if (bounds.Count > 0 && low <= bounds[^1] + 1)
                bounds[^1] = Math.Max(bounds[^1], high);
            else
                bounds.AddRange([low, high]);
        }
        return new CharSet([.. bounds]);
    }

    public bool Contains(int character)
    {
        var at = Array.BinarySearch(_bounds, character);
        return at >= 0 || (~at & 1) == 1;
    }

    public CharSet Union(CharSet other)
    {
        var ranges = new (int, int)[RangeCount + other.RangeCount];
        for (var index = 0; index < RangeCount; index++)
            ranges[index] = Range(index);
        for (var index = 0; index < other.RangeCount; index++)
            ranges[RangeCount + index] = other.Range(index);
        return Of(ranges);
    }

    public CharSet Intersect(CharSet other)
    {
        var common = new List<(int, int)>();
        for (int mine = 0, theirs = 0; mine < RangeCount && theirs < other.RangeCount;)
        {
            var (a, b) = (Range(mine), other.Range(theirs));
            if (Math.Max(a.Low, b.Low) <= Math.Min(a.High, b.High))
                common.Add((Math.Max(a.Low, b.Low), Math.Min(a.High, b.High)));
            if (a.High < b.High)
                mine++;
            else
                theirs++;
        }
        return Of(common.ToArray());
    }

    /// <summary>Every other scalar value.</summary>
    public CharSet Complement()
    {
        var gaps = new List<(int, int)>();
        var next = 0;
        for (var index = 0; index < RangeCount; index++)
        {
            var (low, high) = Range(index);
            gaps.Add((next, low - 1));
            next = high + 1;
        }
        gaps.Add((next, 0x10FFFF));
        return Of(gaps.ToArray()).Intersect(Any);
    }

    public bool Equals(CharSet? other) => other != null && _bounds.AsSpan().SequenceEqual(other._bounds);

    public override bool Equals(object? other) => Equals(other as CharSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var bound in _bounds)
            hash.Add(bound);
        return hash.ToHashCode();
    }
}
