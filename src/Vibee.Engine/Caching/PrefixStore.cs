using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Vibee.Gguf;

namespace Vibee.Engine.Caching;

/// <summary>
/// Prefixes on disk: what the KV cache had no room for, or held when the server stopped, so that a long prompt is
/// evaluated once and not once a day. Files of several models and settings may share a directory.
/// </summary>
/// <remarks>
/// <para>A file that is damaged, not what its name says, or of an older format is deleted, and the prompt evaluated again.
/// The directory is the user's alone: a hash finds damage, and is no protection from somebody who may write there.</para>
/// <para>The engine's thread finds, reads and saves; a task writes. While a state is being written no other is taken, for
/// states are large and everybody waits for the engine's thread; only at the end does it wait for the disk.</para>
/// </remarks>
public sealed partial class PrefixStore : IAsyncDisposable
{
    /// <summary>Shorter prefixes are evaluated sooner than a file of theirs is worth.</summary>
    private const int LeastTokens = 256;

    /// <summary>Saving or restoring must spare so many tokens beyond what is there already.</summary>
    private const int LeastGain = 64;

    private readonly PrefixDirectory _directory;
    private readonly ILogger _logger;
    private readonly Channel<(int[] Tokens, byte[] State)> _unwritten = Channel.CreateBounded<(int[], byte[])>(1);
    private readonly Task _writing;
    private int _pending; // states that are not written yet

    /// <param name="directory">Is made where it does not exist.</param>
    /// <param name="limit">Bytes of all files of this kind in it, other models' too.</param>
    /// <param name="key">Whatever makes the states of one runner unfit for another: the model's content, the engine and
    /// its version, the type of the cache.</param>
    /// <param name="logger">Where to report.</param>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public PrefixStore(string directory, long limit, ReadOnlySpan<byte> key, ILogger<PrefixStore> logger)
    {
        _logger = logger;
        try
        {
            _directory = new PrefixDirectory(directory, limit, SHA256.HashData(key), logger);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException(PathProblem.OfDirectory(directory, problem), problem);
        }

        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Looks for a saved prefix of <paramref name="tokens"/>.</summary>
    /// <param name="tokens">A prompt.</param>
    /// <param name="length">How much of it needs no saved one.</param>
    /// <param name="saved">What was found; it may go on otherwise than the prompt.</param>
    /// <returns>How much of the prompt it has, or 0.</returns>
    internal int Find(ReadOnlySpan<int> tokens, int length, out SavedPrefix? saved)
    {
        (saved, var common) = _directory.Longest(tokens);
        return common >= LeastTokens && common >= length + LeastGain ? common : 0;
    }

    /// <summary>Restores a saved prefix into an empty slot.</summary>
    /// <returns>False when the file was no good, and is gone now, or does not fit the runner.</returns>
    internal bool TryRestore(SavedPrefix saved, IModelRunner runner, int slot)
    {
        try
        {
            using var file = MappedFile.Open(saved.Path);
            if (PrefixFile.TryReadState(file, _directory.Key, saved.Tokens, out var state))
            {
                if (runner.Restore(slot, state, saved.Tokens.Length))
                {
                    _directory.Touch(saved);
                    return true;
                }

                // It is whole and does not fit, and would not the next time.
                _directory.Ignore(saved);
                return false;
            }

            LogDamaged(saved.Path);
        }
        catch (Exception problem) when (problem is GgufException or IOException or UnauthorizedAccessException)
        {
            LogProblem(saved.Path, problem.Message);
        }

        _directory.Forget(saved);
        return false;
    }

    /// <summary>Saves the prefix that a slot holds, if that adds something.</summary>
    /// <param name="tokens">What it holds.</param>
    /// <param name="shared">Leading tokens that others hold too, who will be saved themselves.</param>
    /// <param name="runner">Whose slot it is.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="wait">Whether to wait for the disk where it is behind, or else to save nothing.</param>
    internal void Save(int[] tokens, int shared, IModelRunner runner, int slot, bool wait)
    {
        var known = Math.Max(shared, _directory.Longest(tokens).Common);
        if (tokens.Length < LeastTokens || tokens.Length < known + LeastGain || (!wait && Volatile.Read(ref _pending) > 0))
            return;
        if (TrySave(runner, slot) is not { } state)
            return;
        Interlocked.Increment(ref _pending);
        _unwritten.Writer.WriteAsync((tokens, state)).AsTask().GetAwaiter().GetResult();
    }

    // A prefix is not worth a server: where there is no memory for its state, it is lost.
    private byte[]? TrySave(IModelRunner runner, int slot)
    {
        try
        {
            return runner.Save(slot);
        }
        catch (OutOfMemoryException problem)
        {
            LogNotSaved(problem.Message);
            return null;
        }
    }

    /// <summary>Waits until everything is written.</summary>
    public async ValueTask DisposeAsync()
    {
        _unwritten.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        await foreach (var (tokens, state) in _unwritten.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                _directory.Write(tokens, state);
            }
            catch (Exception problem) // whatever it is: the engine waits for this task
            {
                LogNotSaved(problem.Message);
            }

            Interlocked.Decrement(ref _pending);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{File} is damaged; it is deleted, and the prompt evaluated again")]
    private partial void LogDamaged(string file);

    [LoggerMessage(LogLevel.Warning, "{File} cannot be used: {Problem}")]
    private partial void LogProblem(string file, string problem);

    [LoggerMessage(LogLevel.Warning, "A prefix could not be saved (--kv-cache-dir): {Problem}")]
    private partial void LogNotSaved(string problem);
}
