using Spectre.Console;

namespace Vibee;

/// <summary>A progress bar on standard error while a model loads; nothing where that is not a terminal.</summary>
internal static class LoadBar
{
    public static async Task<T> RunAsync<T>(string name, Func<Action<float>, Task<T>> load)
    {
        if (Console.IsErrorRedirected)
            return await load(_ => { });

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).StartAsync(bars =>
        {
            var bar = bars.AddTask("Loading " + Markup.Escape(name), maxValue: 1);
            return load(fraction => bar.Value = fraction);
        });
    }
}
