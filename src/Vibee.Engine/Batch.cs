namespace Vibee.Engine;

/// <summary>
/// The tokens of one forward call, as parallel arrays that are filled, evaluated and cleared again and again: the
/// engine makes one and never allocates another. Belongs to the engine's thread.
/// </summary>
/// <param name="capacity">The most tokens it can hold.</param>
public sealed class Batch(int capacity)
{
    private readonly int[] _tokens = new int[capacity];
    private readonly int[] _positions = new int[capacity];
    private readonly int[] _slots = new int[capacity];
    private readonly bool[] _wantsLogits = new bool[capacity];

    public int Capacity => _tokens.Length;

    public int Count { get; private set; }

    /// <summary>Token ids.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Each token's position in its slot, from 0.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>The slot each token belongs to.</summary>
    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, Count);

    /// <summary>Whether the logits after each token are needed.</summary>
    public ReadOnlySpan<bool> WantsLogits => _wantsLogits.AsSpan(0, Count);

    /// <summary>Appends a token.</summary>
    /// <returns>Its index in the batch, by which <see cref="IModelRunner.Logits"/> finds its logits.</returns>
    public int Add(int token, int position, int slot, bool wantsLogits)
    {
        var index = Count;
        _tokens[index] = token;
        _positions[index] = position;
        _slots[index] = slot;
        _wantsLogits[index] = wantsLogits;
        Count = index + 1;
        return index;
    }

    public void Clear() => Count = 0;
}
