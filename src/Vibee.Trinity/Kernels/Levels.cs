using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels;

/// <summary>What the sixteen codes of IQ4_NL and IQ4_XS stand for: closer together near zero.</summary>
internal static class Levels
{
    private static readonly byte[] Indexes = Invert();

    public static Vector128<sbyte> All
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
    }

    /// <summary>The code of a level.</summary>
    public static byte Index(int level) => Indexes[(byte)level];

    private static byte[] Invert()
    {
        var indexes = new byte[256];
        for (byte i = 0; i < Vector128<sbyte>.Count; i++)
            indexes[(byte)All[i]] = i;
        return indexes;
    }
}
