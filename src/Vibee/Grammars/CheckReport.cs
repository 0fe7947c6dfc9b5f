using System.Globalization;
using Vibee.Engine.Grammar;

namespace Vibee.Grammars;

/// <summary>What came of the grammars and instances of one run, as lines for people and scripts.</summary>
internal sealed class CheckReport
{
    private readonly List<double> _compileTimes = [];
    private int _refusedGrammars;
    private int _partly;
    private int _valid;
    private int _validAccepted;
    private int _invalid;
    private int _invalidRefused;

    /// <summary>Whether everything was as it should be: grammars compiled, valid instances accepted, no others.</summary>
    public bool IsGood => _refusedGrammars == 0 && _validAccepted == _valid && _invalidRefused == _invalid;

    public void Compiled(CompiledGrammar grammar, double milliseconds)
    {
        _compileTimes.Add(milliseconds);
        _partly += grammar.Unenforced.Count > 0 ? 1 : 0;
    }

    public void Refused() => _refusedGrammars++;

    public void Instance(bool isValid, bool isAccepted)
    {
        if (isValid)
            (_valid, _validAccepted) = (_valid + 1, _validAccepted + (isAccepted ? 1 : 0));
        else
            (_invalid, _invalidRefused) = (_invalid + 1, _invalidRefused + (isAccepted ? 0 : 1));
    }

    public void Print(TextWriter output, List<double> maskTimes)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"grammars: {_compileTimes.Count} compiled, {_refusedGrammars} refused, {_partly} with keywords that are not enforced"));
        if (_valid + _invalid > 0)
            output.WriteLine($"instances: {_validAccepted} of {_valid} valid ones accepted, {_invalidRefused} of {_invalid} invalid ones refused");
        PrintTimes(output, "compile", _compileTimes);
        PrintTimes(output, "mask", maskTimes);
    }

    private static void PrintTimes(TextWriter output, string what, List<double> times)
    {
        if (times.Count == 0)
            return;
        times.Sort();
        double At(double part) => times[Math.Min((int)(part * times.Count), times.Count - 1)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {times.Count} times, p50 {At(0.5):0.0000} ms, p99 {At(0.99):0.000} ms, worst {At(1):0.00} ms"));
    }
}
