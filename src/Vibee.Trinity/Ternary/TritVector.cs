using System.Collections;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// An immutable row of trits, 64 to a pair of machine words, with logic and dot products on whole words.
/// <see cref="PackedTrits"/> has the byte formats.
/// </summary>
public sealed class TritVector : IReadOnlyList<Trit>, IEquatable<TritVector>
{
    // Trits beyond Count are 0 in the last word, so that equality and dot products need no masks.
    private readonly TritWord[] _words;

    public TritVector(ReadOnlySpan<Trit> trits)
    {
        Count = trits.Length;
        _words = new TritWord[WordsFor(Count)];
        for (var w = 0; w < _words.Length; w++)
        {
            ulong plus = 0, minus = 0;
            var slice = trits.Slice(w * TritWord.Length, Math.Min(TritWord.Length, Count - w * TritWord.Length));
            for (var i = 0; i < slice.Length; i++)
            {
                plus |= (slice[i] > Trit.Zero ? 1UL : 0) << i;
                minus |= (slice[i] < Trit.Zero ? 1UL : 0) << i;
            }

            _words[w] = new(plus, minus);
        }
    }

    private TritVector(TritWord[] words, int count)
    {
        _words = words;
        Count = count;
        if (count % TritWord.Length is var tail and > 0)
            words[^1] = words[^1].Low(tail);
    }

    public int Count { get; }

    public Trit this[int index] =>
        (uint)index < (uint)Count ? _words[index / TritWord.Length][index % TritWord.Length] : throw new ArgumentOutOfRangeException(nameof(index), index, $"The vector has {Count} trits.");

    public static TritVector operator &(TritVector left, TritVector right) => Combine(left, right, static (a, b) => a & b);

    public static TritVector operator |(TritVector left, TritVector right) => Combine(left, right, static (a, b) => a | b);

    public static TritVector operator ^(TritVector left, TritVector right) => Combine(left, right, static (a, b) => a ^ b);

    /// <summary>Logical not and arithmetic negation, which are the same.</summary>
    public static TritVector operator -(TritVector value) => new(Array.ConvertAll(value._words, static a => -a), value.Count);

    /// <summary>The product trit by trit, which is also <see cref="Kleene.Equivalent"/>.</summary>
    public static TritVector operator *(TritVector left, TritVector right) => Combine(left, right, static (a, b) => a * b);

    public static TritVector Consensus(TritVector left, TritVector right) => Combine(left, right, TritWord.Consensus);

    public static TritVector Accept(TritVector left, TritVector right) => Combine(left, right, TritWord.Accept);

    public static TritVector KleeneImplies(TritVector premise, TritVector conclusion) =>
        Combine(premise, conclusion, static (a, b) => -a | b);

    public static TritVector LukasiewiczImplies(TritVector premise, TritVector conclusion) =>
        Combine(premise, conclusion, TritWord.LukasiewiczImplies);

    public static int Dot(TritVector left, TritVector right)
    {
        RequireSameCount(left, right);
        var sum = 0;
        for (var i = 0; i < left._words.Length; i++)
            sum += TritWord.Dot(left._words[i], right._words[i]);
        return sum;
    }

    public void CopyTo(Span<Trit> destination)
    {
        if (destination.Length < Count)
            throw new ArgumentException($"The destination holds {destination.Length} trits, the vector has {Count}.", nameof(destination));
        for (var i = 0; i < Count; i++)
            destination[i] = _words[i / TritWord.Length][i % TritWord.Length];
    }

    public bool Equals(TritVector? other) => other is not null && Count == other.Count && _words.AsSpan().SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as TritVector);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var word in _words)
            hash.Add(word);
        return hash.ToHashCode();
    }

    public IEnumerator<Trit> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Concat(this);

    private static int WordsFor(int count) => (int)(((uint)count + TritWord.Length - 1) / TritWord.Length);

    private static TritVector Combine(TritVector left, TritVector right, Func<TritWord, TritWord, TritWord> operation)
    {
        RequireSameCount(left, right);
        var words = new TritWord[left._words.Length];
        for (var i = 0; i < words.Length; i++)
            words[i] = operation(left._words[i], right._words[i]);
        return new(words, left.Count);
    }

    private static void RequireSameCount(TritVector left, TritVector right)
    {
        if (left.Count != right.Count)
            throw new ArgumentException($"The vectors have {left.Count} and {right.Count} trits.");
    }
}
