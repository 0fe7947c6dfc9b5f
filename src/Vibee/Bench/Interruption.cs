using System.Runtime.InteropServices;

namespace Vibee.Bench;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancellation, so that what was measured is still reported; the
/// second one ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>What a shell calls the end by Ctrl-C.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];

    public CancellationToken Token => _source.Token;

    /// <summary>Says on standard error that the report is not whole.</summary>
    /// <returns>The exit code.</returns>
    public static int Explain(string what)
    {
        Console.Error.WriteLine($"vibee: interrupted: the report covers {what}");
        return ExitCode;
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    });
}
