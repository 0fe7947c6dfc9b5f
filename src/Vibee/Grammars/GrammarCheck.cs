using Vibee.Engine.Grammar;

namespace Vibee.Grammars;

/// <summary>Compiles a grammar, or each of a suite, and feeds it its instances.</summary>
/// <param name="isQuiet">Prints only what is not as it should be: for suites.</param>
internal sealed class GrammarCheck(InstanceRun run, CheckReport report, TextWriter output, bool isQuiet)
{
    private const long LittleMemory = 64L << 20;

    private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>One grammar and instances, each of which is said to be accepted or not.</summary>
    public void Check(string name, Func<CompiledGrammar> compile, IEnumerable<(string Text, bool? IsValid)> instances)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (Compile(name, compile, out var milliseconds) is not { } grammar)
            return;
        if (!isQuiet)
            Describe(grammar);
        var number = 0;
        foreach (var (text, isValid) in instances)
        {
            number++;
            var refused = run.Refused(grammar, text, $"{name}, instance {number}", ref milliseconds);
            if (isValid is { } expected)
                report.Instance(expected, refused == null);
            if (!isQuiet || refused == null != isValid)
                output.WriteLine($"{name}, instance {number}: {(refused is { } at ? $"refused at byte {at}: {Around(text, at)}" : "accepted")}{Expected(isValid, refused == null)}");
        }
        report.Done(name, milliseconds, Held(GC.GetAllocatedBytesForCurrentThread() - allocated) / 1048576.0);
        GC.KeepAlive(grammar);
    }

    /// <summary>Memory in use that was not when the run began. What was allocated in all is at least that, and where it is
    /// little it is answer enough: a full collection for each schema would take longer than the rest.</summary>
    private long Held(long allocated) =>
        allocated < LittleMemory ? allocated : Math.Min(allocated, Math.Max(GC.GetTotalMemory(forceFullCollection: true) - _before, 0));

    private CompiledGrammar? Compile(string name, Func<CompiledGrammar> compile, out double milliseconds)
    {
        milliseconds = 0;
        var clock = new StepClock();
        try
        {
            var grammar = compile();
            milliseconds = clock.Elapsed.All;
            report.Compiled(grammar, name, milliseconds);
            return grammar;
        }
        catch (GrammarException exception)
        {
            report.Refused();
            output.WriteLine($"{name}: refused: {exception.Message}");
            return null;
        }
    }

    private void Describe(CompiledGrammar grammar)
    {
        output.WriteLine(grammar.Unenforced.Count == 0 ? "everything is enforced" : "not enforced:");
        foreach (var keyword in grammar.Unenforced)
            output.WriteLine($"  {keyword.Keyword} at {keyword.Pointer}: {keyword.Reason}");
    }

    private static string Expected(bool? isValid, bool isAccepted) =>
        isValid == null || isValid == isAccepted ? "" : isAccepted ? " (it is said to be invalid)" : " (it is said to be valid)";

    private static string Around(string text, int at)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return at == bytes.Length
            ? "it ends too early"
            : System.Text.Encoding.UTF8.GetString(bytes.AsSpan(Math.Max(0, at - 20)..at)) + "‸"
                + System.Text.Encoding.UTF8.GetString(bytes.AsSpan(at..Math.Min(bytes.Length, at + 20)));
    }
}
