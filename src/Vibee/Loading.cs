using Vibee.Server;

namespace Vibee;

/// <summary>Loads a model while the server already answers that it does.</summary>
internal static class Loading
{
    /// <summary>Loads on another thread, with a progress bar on a terminal, until done or told to stop.</summary>
    /// <returns>The runner, or null when the server was told to stop meanwhile.</returns>
    public static async Task<TRunner?> RunAsync<TRunner>(
        ServedModel served, Task shutdown, Func<IProgress<float>, CancellationToken, TRunner> load)
        where TRunner : class, IDisposable
    {
        using var cancellation = new CancellationTokenSource();
        var loading = ProgressBar.RunAsync($"Loading {served.Ids[0]}", bar => Task.Run(() => load(new Observer(served, bar), cancellation.Token)));
        if (await Task.WhenAny(loading, shutdown) == shutdown)
            await cancellation.CancelAsync();
        try
        {
            var runner = await loading;
            if (!cancellation.IsCancellationRequested)
                return runner;
            runner.Dispose();
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Tells the server and the terminal how far loading is.</summary>
    private sealed class Observer(ServedModel served, Action<float> bar) : IProgress<float>
    {
        public void Report(float value)
        {
            served.Progress = value;
            bar(value);
        }
    }
}
