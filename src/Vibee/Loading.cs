using Vibee.Server;

namespace Vibee;

/// <summary>A model that is being loaded on another thread, with a progress bar on a terminal, while the server comes up
/// and then answers that it loads.</summary>
internal sealed class Loading<TRunner> : IAsyncDisposable where TRunner : class, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Task<TRunner> _loading;
    private bool _isTaken;

    public Loading(ServedModel served, Func<IProgress<float>, CancellationToken, TRunner> load) =>
        _loading = ProgressBar.RunAsync($"Loading {served.Ids[0]}", bar => Task.Run(() => load(new Observer(served, bar), _cancellation.Token)));

    /// <returns>The runner, which now is the caller's, or null when the server was told to stop meanwhile.</returns>
    public async Task<TRunner?> WaitAsync(Task shutdown)
    {
        if (await Task.WhenAny(_loading, shutdown) == shutdown)
            return null;
        var runner = await _loading;
        _isTaken = true;
        return runner;
    }

    /// <summary>Ends it, if it has not ended, and gives back what nobody took.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cancellation.CancelAsync();
        await ((Task)_loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_loading.IsCompletedSuccessfully && !_isTaken)
            _loading.Result.Dispose();
        _cancellation.Dispose();
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
