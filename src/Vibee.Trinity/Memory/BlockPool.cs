namespace Vibee.Trinity.Memory;

/// <summary>Which blocks are free, and how many slots hold each of the others.</summary>
internal sealed class BlockPool
{
    private readonly int[] _holders;
    private readonly int[] _free;
    private readonly int[] _claims;
    private readonly List<int> _claimed;

    public BlockPool(int count)
    {
        _holders = new int[count];
        _claims = new int[count];
        _claimed = new List<int>(count);
        _free = new int[count];
        for (var i = 0; i < count; i++)
            _free[i] = count - 1 - i;
        Free = count;
    }

    /// <summary>What the tables of so many blocks take.</summary>
    public static long BytesOf(int count) => 4L * sizeof(int) * count;

    public int Count => _holders.Length;

    public int Free { get; private set; }

    /// <summary>A free block, held once; the caller knows that there is one.</summary>
    public int Take()
    {
        var block = _free[--Free];
        _holders[block] = 1;
        return block;
    }

    public bool IsShared(int block) => _holders[block] > 1;

    public void Share(int block) => _holders[block]++;

    public void Release(int block)
    {
        if (--_holders[block] == 0)
            _free[Free++] = block;
    }

    /// <summary>
    /// Plans a write without doing it: of the holders of a block that all want to write into it, the last may keep it and
    /// the others need copies.
    /// </summary>
    /// <returns>Whether the block may be kept.</returns>
    public bool TryClaim(int block)
    {
        if (_holders[block] - _claims[block] == 1)
            return true;
        if (_claims[block]++ == 0)
            _claimed.Add(block);
        return false;
    }

    public void ForgetClaims()
    {
        foreach (var block in _claimed)
            _claims[block] = 0;
        _claimed.Clear();
    }
}
