using System.Text;
using Vibee.Engine.Grammar.Matching;

namespace Vibee.Engine.Grammar;

/// <summary>
/// A tokenizer's tokens as grammars see them: a tree of their bytes. Built once for each model, 0.4 s and 10 MB for
/// 128k tokens; immutable, for any thread.
/// </summary>
public sealed class GrammarVocabulary
{
    private readonly ITokenizer _tokenizer;
    private readonly ulong[] _twins;

    public GrammarVocabulary(ITokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        Size = tokenizer.VocabularySize;
        EndTokens = [.. tokenizer.EndOfGenerationTokens.Where(token => token >= 0 && token < Size).Order()];
        var tokens = new List<int>();
        var texts = new List<ReadOnlyMemory<byte>>();
        var ends = EndTokens.ToHashSet();
        for (var token = 0; token < Size; token++)
        {
            if (ends.Contains(token) || tokenizer.Bytes(token) is not { Length: > 0 and <= byte.MaxValue } bytes)
                continue;
            tokens.Add(token);
            texts.Add(bytes.ToArray());
        }
        Tree = Sorted(texts, tokens);
        _twins = new ulong[MaskLength];
        foreach (var group in Tree.Same)
            _twins[group.Key >> 6] |= 1UL << group.Key;
        Strings = new StringTokens(this, texts, tokens);
        Classes = new TokenClasses(this, texts, tokens);
    }

    /// <summary>Tokens.</summary>
    public int Size { get; }

    /// <summary>How many words a mask has.</summary>
    public int MaskLength => (Size + 63) / 64;

    /// <summary>The tokens that end a text; they have no bytes.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    internal TokenTrie Tree { get; }

    internal StringTokens Strings { get; }

    internal TokenClasses Classes { get; }

    /// <summary>Whether other tokens have the same bytes.</summary>
    internal bool HasTwins(int token) => (_twins[token >> 6] >> token & 1) != 0;

    internal ReadOnlySpan<byte> Bytes(int token) => _tokenizer.Bytes(token);

    internal int[] Encode(ReadOnlySpan<byte> text) => _tokenizer.Encode(Encoding.UTF8.GetString(text), addSpecial: false, parseSpecial: false);

    internal static TokenTrie Sorted(List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        var (keys, values) = (texts.ToArray(), tokens.ToArray());
        Array.Sort(keys, values, Comparer<ReadOnlyMemory<byte>>.Create((a, b) => a.Span.SequenceCompareTo(b.Span)));
        return new TokenTrie(keys, values);
    }
}
