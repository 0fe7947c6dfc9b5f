namespace Vibee.Trinity.Tokenizers;

/// <summary>How two neighbouring symbols merge; a struct, so that <see cref="MergeSymbols.Merge"/> inlines it.</summary>
internal interface IMergeRule
{
    /// <summary>Of its tables.</summary>
    long Bytes { get; }

    /// <summary>The symbol with which <paramref name="text"/> begins.</summary>
    int FirstSymbol(ReadOnlySpan<byte> text, out int length);

    /// <summary>When to merge a pair: the smallest rank first. <see cref="MergeSymbols.Never"/> leaves it apart.</summary>
    /// <param name="joined">The bytes of both.</param>
    /// <param name="merged">The symbol that the pair becomes.</param>
    int Rank(int left, int right, ReadOnlySpan<byte> joined, out int merged);

    /// <summary>Adds tokens for a symbol that is none itself.</summary>
    void AppendBytes(ReadOnlySpan<byte> symbol, List<int> tokens);
}
