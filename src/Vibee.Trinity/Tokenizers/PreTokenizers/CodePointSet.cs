namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>A set of characters, as in the brackets of a regular expression.</summary>
internal sealed class CodePointSet
{
    private const int Plane = 0x10000;

    private readonly Func<int, bool> _contains;

    /// <summary>One bit for each character of the basic plane, so that the function is asked once for each.</summary>
    private readonly ulong[] _basic = new ulong[Plane / 64];

    public CodePointSet(Func<int, bool> contains)
    {
        _contains = contains;
        for (var codePoint = 0; codePoint < Plane; codePoint++)
        {
            if (contains(codePoint))
                _basic[codePoint / 64] |= 1UL << codePoint;
        }
    }

    public CodePointSet(CodePointClass classes, string others = "")
        : this(codePoint => (CodePoints.ClassOf(codePoint) & classes) != 0
            || (codePoint < Plane && others.Contains((char)codePoint)))
    {
    }

    public bool Contains(int codePoint) =>
        codePoint < Plane ? (_basic[codePoint / 64] >> codePoint & 1) != 0 : _contains(codePoint);
}
