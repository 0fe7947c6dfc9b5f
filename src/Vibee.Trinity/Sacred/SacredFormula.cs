using System.Globalization;
using System.Text;

namespace Vibee.Trinity.Sacred;

/// <summary>The formula V = n × 3^k × π^m × φ^p × e^q with the numbers of one case filled in.</summary>
public readonly record struct SacredFormula(int N, int K, int M, int P, int Q)
{
    /// <summary>The largest exponent, either way: with all four there, no product leaves the range of a double in
    /// whichever order it is taken.</summary>
    public const int MaxExponent = 128;

    /// <summary>How much there is to write down: |n| − 1 and the magnitudes of the exponents, added up; 0 for n = 1
    /// alone. A factor of 3 is always smaller in k than in n.</summary>
    public int Size => Math.Abs(N) - 1 + Math.Abs(K) + Math.Abs(M) + Math.Abs(P) + Math.Abs(Q);

    /// <summary>V, in double precision, multiplied in the order of the formula.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An exponent is beyond ±<see cref="MaxExponent"/>.</exception>
    public double Evaluate()
    {
        foreach (var exponent in (ReadOnlySpan<int>)[K, M, P, Q])
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs((long)exponent), MaxExponent, nameof(exponent));
        return N * Math.Pow(3, K) * Math.Pow(Math.PI, M) * Math.Pow(SacredConstants.Phi, P) * Math.Pow(Math.E, Q);
    }

    /// <summary>Such as "4 × 3^2 × π^-1 × φ × e^2": factors with exponent 0 are left out.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(N.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, exponent) in (ReadOnlySpan<(string, int)>)[("3", K), ("π", M), ("φ", P), ("e", Q)])
        {
            if (exponent != 0)
                text.Append(" × ").Append(name);
            if (exponent is not (0 or 1))
                text.Append('^').Append(exponent.ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
