using Spectre.Console;

namespace Vibee;

/// <summary>A progress bar on standard error while something takes its time; nothing where that is not a terminal.</summary>
internal static class ProgressBar
{
    /// <param name="label">What is being done.</param>
    /// <param name="work">Reports how much of it is done, from 0 to 1, from any thread.</param>
    public static async Task<T> RunAsync<T>(string label, Func<Action<float>, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
            return await work(_ => { });

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).StartAsync(bars =>
        {
            var bar = bars.AddTask(Markup.Escape(label), maxValue: 1);
            return work(fraction => bar.Value = fraction);
        });
    }
}
