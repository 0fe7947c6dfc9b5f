using System.Numerics;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>A set of tokens: one bit for each, token 0 in the lowest bit of the first word.</summary>
internal sealed class TokenMask(GrammarVocabulary vocabulary)
{
    public GrammarVocabulary Vocabulary => vocabulary;

    public ulong[] Words { get; } = new ulong[vocabulary.MaskLength];

    /// <summary>The state that keeps this mask; null while it is free.</summary>
    public MatchState? Owner { get; set; }

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

    public int Count => Words.Sum(word => BitOperations.PopCount(word));
}
