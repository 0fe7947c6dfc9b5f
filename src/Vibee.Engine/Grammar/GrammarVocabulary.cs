using System.Text;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Parts;

namespace Vibee.Engine.Grammar;

/// <summary>
/// A tokenizer's tokens as grammars see them: a tree of their bytes. Built once for each model, 0.5 s and 12 MB for
/// 128k tokens; immutable, for any thread.
/// </summary>
public sealed class GrammarVocabulary
{
    private readonly ITokenizer _tokenizer;
    private readonly ControlTokens _controls;
    private readonly ulong[] _twins;
    private readonly bool _addsSpace;

    public GrammarVocabulary(ITokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        Size = tokenizer.VocabularySize;
        _addsSpace = tokenizer.Encode("a", addSpecial: false, parseSpecial: false) is [var first, ..] && tokenizer.Bytes(first).StartsWith(" "u8);
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
        _controls = new ControlTokens(tokenizer, ends);
        Tree = Sorted([.. texts, .. _controls.Spellings.Values], [.. tokens, .. _controls.Spellings.Keys]);
        _twins = new ulong[MaskLength];
        foreach (var group in Tree.Same)
            _twins[group.Key >> 6] |= 1UL << group.Key;
        Strings = new StringTokens(this, texts, tokens);
        Classes = new TokenClasses(this, texts, tokens);
        Rehearsal.Run(this);
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

    /// <summary>Allows or forbids a token of the tree, and with it those that have the same bytes and are not in it.</summary>
    internal void Set(TokenMask mask, int token, bool value)
    {
        mask[token] = value;
        if ((_twins[token >> 6] >> token & 1) == 0)
            return;
        foreach (var twin in Tree.Same[token])
            mask[twin] = value;
    }

    /// <summary>A token's text, or what stands for a control token.</summary>
    internal ReadOnlySpan<byte> Bytes(int token) => _tokenizer.Bytes(token) is { IsEmpty: false } bytes ? bytes : _controls.Bytes(token);

    internal (int Length, int Character)? ControlAt(ReadOnlySpan<char> text) => _controls.At(text);

    /// <returns>The control token that stands at the beginning; −1 if none does.</returns>
    internal int ControlAt(ReadOnlySpan<byte> text) => _controls.Find(text);

    /// <summary>Tokens of a text that follows another: without the space that some tokenizers put before every text.</summary>
    /// <returns>Nothing where it is not known how the tokenizer would write it there.</returns>
    public ReadOnlySpan<int> Encode(ReadOnlySpan<byte> text)
    {
        if (!_addsSpace)
            return _tokenizer.Encode(Encoding.UTF8.GetString(text), addSpecial: false, parseSpecial: false);
        // After a line break, which merges with nothing, there is no beginning to add a space to.
        var tokens = _tokenizer.Encode("\n" + Encoding.UTF8.GetString(text), addSpecial: false, parseSpecial: false);
        for (var index = 0; index < tokens.Length; index++)
        {
            if (_tokenizer.Bytes(tokens[index]).Contains((byte)'\n'))
                return _tokenizer.Bytes(tokens[index]).EndsWith("\n"u8) ? tokens.AsSpan(index + 1) : [];
        }
        return [];
    }

    internal static TokenTrie Sorted(List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        var (keys, values) = (texts.ToArray(), tokens.ToArray());
        Array.Sort(keys, values, Comparer<ReadOnlyMemory<byte>>.Create((a, b) => a.Span.SequenceCompareTo(b.Span)));
        return new TokenTrie(keys, values);
    }
}
