using System.Globalization;

namespace Vibee.Trinity.Sacred;

/// <summary>
/// Finds every case of the formula that is within a tolerance of a value. The search is exhaustive over its bounds,
/// yet does not try n and q: for given k, m and p, logarithms leave a window of at most ln n + 1 values of q that can
/// be reached by any n, and for each of them division leaves the few n that are near enough.
/// </summary>
/// <remarks>A factor of 3 can stand in n or in k. Such twins are the same number, and the smallest, with as much
/// as the bounds allow in k, stands for all of them.</remarks>
public static class SacredSearch
{
    /// <summary>Reads a number and searches for it with the default bounds; what is no number is a problem in the
    /// result.</summary>
    public static SacredSearchResult Find(string? text, SacredBounds? bounds = null)
    {
        bounds ??= SacredBounds.Default;
        if (string.IsNullOrWhiteSpace(text))
            return SacredSearchResult.Refused(0, bounds, "A value is needed, such as 137.036.");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? Find(value, bounds)
            : SacredSearchResult.Refused(0, bounds, $"'{Shortened(text)}' is not a number.");
    }

    /// <summary>Searches for a value, of either sign: a negative one has a negative n. Takes some milliseconds with
    /// the default bounds and less than a second with the widest.</summary>
    public static SacredSearchResult Find(double value, SacredBounds? bounds = null)
    {
        bounds ??= SacredBounds.Default;
        if (bounds.Problem is { } problem)
            return SacredSearchResult.Refused(value, bounds, problem);
        if (!double.IsFinite(value))
            return SacredSearchResult.Refused(value, bounds, "The value must be finite.");
        if (!double.IsNormal(value))
            return SacredSearchResult.Refused(value, bounds, "The value must differ from 0: no factor of the formula is 0.");

        var search = new Run(value, bounds);
        search.Exhaust();
        return new(value, bounds, [.. search.Best], search.Smallest, null);
    }

    private static string Shortened(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");

    private sealed class Run(double value, SacredBounds bounds)
    {
        // Ample against the rounding of logarithms: the windows may only be too wide, errors are measured later.
        private const double Slack = 1e-9;

        private readonly double _magnitude = Math.Abs(value);
        private readonly int _reach = bounds.MaxExponent;
        private readonly double[] _threes = Powers(3, bounds.MaxExponent);
        private readonly double[] _pis = Powers(Math.PI, bounds.MaxExponent);
        private readonly double[] _phis = Powers(SacredConstants.Phi, bounds.MaxExponent);
        private readonly double[] _es = Powers(Math.E, bounds.MaxExponent);

        // Grows to Count, then its last goes for every better one.
        private readonly SortedSet<SacredDecomposition> _best = [];
        private double _largestError = bounds.Tolerance; // of what is still worth keeping

        public IReadOnlyCollection<SacredDecomposition> Best => _best;

        public SacredDecomposition? Smallest { get; private set; }

        public void Exhaust()
        {
            var lnTarget = Math.Log(_magnitude);
            var lnPi = Math.Log(Math.PI);
            var lnPhi = Math.Log(SacredConstants.Phi);
            var least = Math.Log(1 - bounds.Tolerance) - Math.Log(bounds.MaxN) - Slack;
            var most = Math.Log(1 + bounds.Tolerance) + Slack;
            for (var k = -_reach; k <= _reach; k++)
            for (var m = -_reach; m <= _reach; m++)
            for (var p = -_reach; p <= _reach; p++)
            {
                var rest = lnTarget - k * Math.Log(3) - m * lnPi - p * lnPhi; // ln n + q must come near it
                var first = Math.Max(-_reach, Math.Ceiling(rest + least));
                var last = Math.Min(_reach, Math.Floor(rest + most));
                for (var q = first; q <= last; q++)
                    TryEveryN(k, m, p, (int)q);
            }
        }

        private void TryEveryN(int k, int m, int p, int q)
        {
            var wanted = _magnitude / (_threes[k + _reach] * _pis[m + _reach] * _phis[p + _reach] * _es[q + _reach]);
            // Both ends are within a little more than 1 to MaxN: q was chosen so.
            var least = Math.Max(1, (int)Math.Ceiling(wanted * (1 - bounds.Tolerance - Slack)));
            var most = (int)Math.Min(bounds.MaxN, wanted * (1 + bounds.Tolerance + Slack));

            var exponents = Math.Abs(k) + Math.Abs(m) + Math.Abs(p) + Math.Abs(q);
            for (var n = least; n <= most; n++)
            {
                if (IsTwin(n, k) || (IsTooFar(n, wanted) && IsTooLarge(n - 1 + exponents)))
                    continue;
                var found = Measure(n, k, m, p, q);
                if (found.Error > bounds.Tolerance)
                    continue;
                if (Smallest is null || found.CompareSizeFirst(Smallest.Value) < 0)
                    Smallest = found;
                Keep(found);
            }
        }

        private bool IsTwin(int n, int k) => n % 3 == 0 && k < _reach;

        private bool IsTooFar(int n, double wanted) => Math.Abs(n - wanted) > (_largestError + Slack) * wanted;

        private bool IsTooLarge(int size) => size > Smallest?.Formula.Size;

        private SacredDecomposition Measure(int n, int k, int m, int p, int q)
        {
            // In the order of SacredFormula.Evaluate, to give the same bits.
            var result = n * _threes[k + _reach] * _pis[m + _reach] * _phis[p + _reach] * _es[q + _reach];
            var formula = new SacredFormula(value < 0 ? -n : n, k, m, p, q);
            return new(formula, value < 0 ? -result : result, Math.Abs(result - _magnitude) / _magnitude);
        }

        private void Keep(SacredDecomposition found)
        {
            if (_best.Count == bounds.Count)
            {
                if (found.CompareTo(_best.Max) >= 0)
                    return;
                _best.Remove(_best.Max);
            }

            _best.Add(found);
            if (_best.Count == bounds.Count)
                _largestError = _best.Max.Error;
        }

        private static double[] Powers(double @base, int reach) =>
            [.. Enumerable.Range(-reach, 2 * reach + 1).Select(exponent => Math.Pow(@base, exponent))];
    }
}
