using System.Runtime.InteropServices;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// A mask as a state remembers it: the words in which it differs from one that is kept anyway, or from the empty one.
/// Most masks allow a handful of tokens, or all that can stand in a string and a few more; written out, their 16 KB each
/// were most of what a new grammar allocates, and of what collections had to move.
/// </summary>
internal sealed class KeptMask : IEquatable<KeptMask>
{
    private readonly TokenMask? _base;
    private readonly ushort[] _places;
    private readonly ulong[] _words;

    private KeptMask(GrammarVocabulary vocabulary, TokenMask? likest, ushort[] places, ulong[] words) =>
        (Vocabulary, _base, _places, _words) = (vocabulary, likest, places, words);

    public GrammarVocabulary Vocabulary { get; }

    public bool IsEmpty => _base == null && _words.Length == 0;

    /// <summary>What it holds beside the base.</summary>
    public int Bytes => _words.Length * (sizeof(ulong) + sizeof(ushort));

    /// <param name="likely">Masks that live as long as the vocabulary and may be like it.</param>
    public static KeptMask Of(TokenMask mask, params ReadOnlySpan<TokenMask?> likely)
    {
        var (likest, fewest) = ((TokenMask?)null, Differences(mask.Words, null));
        foreach (var candidate in likely)
        {
            if (candidate != null && Differences(mask.Words, candidate.Words) is var count && count < fewest)
                (likest, fewest) = (candidate, count);
        }
        var (places, words, next) = (new ushort[fewest], new ulong[fewest], 0);
        for (var word = 0; next < fewest; word++)
        {
            if (mask.Words[word] != (likest?.Words[word] ?? 0))
                (places[next], words[next++]) = ((ushort)word, mask.Words[word]);
        }
        return new KeptMask(mask.Vocabulary, likest, places, words);
    }

    /// <param name="mask">All words are written, also those that the vocabulary does not need.</param>
    public void CopyTo(Span<ulong> mask)
    {
        if (_base == null)
        {
            mask.Clear();
        }
        else
        {
            _base.Words.CopyTo(mask);
            mask[_base.Words.Length..].Clear();
        }
        for (var index = 0; index < _places.Length; index++)
            mask[_places[index]] = _words[index];
    }

    public bool Equals(KeptMask? other) => other != null && other._base == _base && other.Vocabulary == Vocabulary
        && other._places.AsSpan().SequenceEqual(_places) && other._words.AsSpan().SequenceEqual(_words);

    public override bool Equals(object? other) => Equals(other as KeptMask);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(_words.AsSpan()));
        return hash.ToHashCode();
    }

    private static int Differences(ulong[] words, ulong[]? others)
    {
        var count = 0;
        for (var word = 0; word < words.Length; word++)
            count += words[word] != (others?[word] ?? 0) ? 1 : 0;
        return count;
    }
}
