using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// What the two ternary formats of GGUF share: rows are cut into blocks of 256 weights, each weight a trit times the
/// block's scale, a half-precision number. A weight is stored as its trit plus one.
/// </summary>
internal static class TernaryBlock
{
    /// <summary>Weights per block.</summary>
    public const int Length = 256;

    /// <summary>
    /// The scale is the largest magnitude, and every weight becomes the nearest of −scale, 0 and +scale, halves away
    /// from zero. Not-a-number becomes 0 and the scale stops at the largest half-precision number, so that a block
    /// is finite whatever went in.
    /// </summary>
    /// <param name="weights">256 weights.</param>
    /// <param name="codes">Receives 256 codes, trit plus one.</param>
    public static Half Quantize(ReadOnlySpan<float> weights, Span<byte> codes)
    {
        var largest = 0f;
        foreach (var weight in weights)
            largest = MathF.Max(largest, float.IsNaN(weight) ? 0 : MathF.Abs(weight));
        largest = MathF.Min(largest, (float)Half.MaxValue);

        // The threshold is on weight/scale with the division done once, to agree with llama.cpp in the last bit.
        var inverse = largest > 0 ? 1 / largest : 0;
        for (var i = 0; i < Length; i++)
        {
            var share = weights[i] * inverse;
            codes[i] = (byte)(share >= 0.5f ? 2 : share <= -0.5f ? 0 : 1);
        }

        return (Half)largest;
    }

    /// <summary>The number of blocks in a row.</summary>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is no multiple of 256.</exception>
    public static int Count(int weights, [CallerArgumentExpression(nameof(weights))] string? name = null) =>
        weights % Length == 0 ? weights / Length : throw new ArgumentException($"Ternary rows come in blocks of {Length}; {weights} is no multiple of it.", name);

    public static void RequireSize(int bytes, int expected, string name)
    {
        if (bytes != expected)
            throw new ArgumentException($"{expected} bytes are expected and {bytes} are there.", name);
    }
}
