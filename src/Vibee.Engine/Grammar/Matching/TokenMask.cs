using System.Numerics;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>A set of tokens: one bit for each, token 0 in the lowest bit of the first word.</summary>
internal sealed class TokenMask(GrammarVocabulary vocabulary)
{
    public GrammarVocabulary Vocabulary => vocabulary;

    public ulong[] Words { get; } = new ulong[vocabulary.MaskLength];

    public bool this[int token]
    {
        get => (Words[token >> 6] >> token & 1) != 0;
        set
        {
            if (value)
                Words[token >> 6] |= 1UL << token;
            else
                Words[token >> 6] &= ~(1UL << token);
        }
    }

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in Words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    public void Add(TokenMask other)
    {
        var (mine, theirs) = (Words, other.Words);
        for (var word = 0; word < mine.Length && word < theirs.Length; word++)
            mine[word] |= theirs[word];
    }

    public void Remove(TokenMask other)
    {
        var (mine, theirs) = (Words, other.Words);
        for (var word = 0; word < mine.Length && word < theirs.Length; word++)
            mine[word] &= ~theirs[word];
    }
}
