using System.Globalization;
using Vibee.Engine.Grammar;

namespace Vibee.Grammars;

/// <summary>What came of the grammars and instances of one run, as lines for people and scripts.</summary>
internal sealed class CheckReport
{
    private readonly Figure _compile = new("compile", "ms", "0.000");
    private readonly Figure _mask = new("mask", "ms", "0.0000");
    private readonly Figure _maskAlone = new("mask without garbage collection", "ms", "0.0000");
    private readonly Figure _time = new("compile and all masks", "ms", "0.00");
    private readonly Figure _memory = new("memory", "MB", "0.0");
    private int _compiled;
    private int _refusedGrammars;
    private int _partly;
    private int _valid;
    private int _validAccepted;
    private int _invalid;
    private int _invalidRefused;

    /// <summary>Whether everything was as it should be: grammars compiled, valid instances accepted, no others.</summary>
    public bool IsGood => _refusedGrammars == 0 && _validAccepted == _valid && _invalidRefused == _invalid;

    public void Compiled(CompiledGrammar grammar, string name, double milliseconds)
    {
        _compiled++;
        _compile.Add(milliseconds, () => name);
        _partly += grammar.Unenforced.Count > 0 ? 1 : 0;
    }

    /// <summary>One mask, and how long it waited for the garbage collector.</summary>
    public void Masked((double All, double Collecting) milliseconds, Func<string> place)
    {
        _mask.Add(milliseconds.All, place);
        if (milliseconds.Collecting == 0)
            _maskAlone.Add(milliseconds.All, place);
    }

    /// <summary>A grammar with all its instances.</summary>
    public void Done(string name, double milliseconds, double megabytes)
    {
        _time.Add(milliseconds, () => name);
        _memory.Add(megabytes, () => name);
    }

    public void Refused() => _refusedGrammars++;

    public void Instance(bool isValid, bool isAccepted)
    {
        if (isValid)
            (_valid, _validAccepted) = (_valid + 1, _validAccepted + (isAccepted ? 1 : 0));
        else
            (_invalid, _invalidRefused) = (_invalid + 1, _invalidRefused + (isAccepted ? 0 : 1));
    }

    public void Print(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"grammars: {_compiled} compiled, {_refusedGrammars} refused, {_partly} with keywords that are not enforced"));
        if (_valid + _invalid > 0)
            output.WriteLine($"instances: {_validAccepted} of {_valid} valid ones accepted, {_invalidRefused} of {_invalid} invalid ones refused");
        foreach (var figure in new[] { _compile, _mask, _maskAlone, _time, _memory })
            figure.Print(output);
    }
}
