using System.Globalization;

namespace Vibee.Grammars;

/// <summary>Many measures of one thing: how they are distributed, and where the worst was.</summary>
internal sealed class Figure(string name, string unit, string format)
{
    private readonly List<double> _values = [];
    private double _worst = double.NegativeInfinity;
    private string _worstPlace = "";

    /// <param name="place">Where to look; asked for only if it is the worst so far.</param>
    public void Add(double value, Func<string> place)
    {
        _values.Add(value);
        if (value <= _worst)
            return;
        (_worst, _worstPlace) = (value, place());
    }

    public void Print(TextWriter output)
    {
        if (_values.Count == 0)
            return;
        _values.Sort();
        string At(double part) => _values[Math.Min((int)(part * _values.Count), _values.Count - 1)].ToString(format, CultureInfo.InvariantCulture);
        output.WriteLine($"{name}: {_values.Count} times, p50 {At(0.5)} {unit}, p99 {At(0.99)} {unit}, worst {At(1)} {unit} ({_worstPlace})");
    }
}
