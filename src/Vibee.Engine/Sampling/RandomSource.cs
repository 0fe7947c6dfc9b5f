using System.Security.Cryptography;

namespace Vibee.Engine.Sampling;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014). Our own because a seed must give the same text in every release:
/// <see cref="Random"/> takes 32 bits of seed and promises nothing across versions.
/// </summary>
internal struct RandomSource(long? seed)
{
    private ulong _state = seed is { } value ? (ulong)value : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>A number from 0 inclusive to 1 exclusive.</summary>
    public double NextDouble()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
