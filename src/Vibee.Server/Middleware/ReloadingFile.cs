namespace Vibee.Server.Middleware;

/// <summary>What files say, read again when they have changed.</summary>
/// <remarks>
/// Files are looked at when they are used, at most every <see cref="Interval"/>. Notices of the system are not used:
/// they do not come from network drives, and a secret mounted in a container changes by a link, which is no change of
/// the file that is watched. What cannot be read leaves the last that could, with one warning for each change.
/// <para>Threads: any.</para>
/// </remarks>
internal sealed partial class ReloadingFile<T> where T : class
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly string[] _paths;
    private readonly Func<T> _read;
    private readonly ILogger _logger;
    private readonly TimeProvider _time = TimeProvider.System; // of the disk, whatever clock the rest goes by
    private long _lookedAt;
    private string _stamp;
    private volatile T _value;

    /// <param name="read">Reads the files. What is wrong with them it throws as an <see cref="IOException"/>.</param>
    /// <param name="logger">Where to report.</param>
    /// <param name="paths">What is read: the first names them in messages.</param>
    /// <exception cref="IOException">They cannot be read at the start.</exception>
    public ReloadingFile(Func<T> read, ILogger logger, params string[] paths)
    {
        (_paths, _read, _logger) = (paths, read, logger);
        _stamp = Stamp();
        _value = read();
        _lookedAt = _time.GetTimestamp();
    }

    public T Value
    {
        get
        {
            var before = Volatile.Read(ref _lookedAt);
            var now = _time.GetTimestamp();
            // Who comes first looks; the others need not wait for the disk.
            if (_time.GetElapsedTime(before, now) >= Interval && Interlocked.CompareExchange(ref _lookedAt, now, before) == before)
                Look();
            return _value;
        }
    }

    private void Look()
    {
        lock (_paths)
        {
            var stamp = Stamp();
            if (stamp == _stamp)
                return;
            _stamp = stamp;
            try
            {
                _value = _read();
                LogReloaded(_paths[0]);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogKept(_paths[0], exception.Message);
            }
        }
    }

    private string Stamp() => string.Join(' ', _paths.Select(path =>
    {
        var file = new FileInfo(path);
        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? Stamp(target) : Stamp(file);
    }));

    private static string Stamp(FileInfo file) => file.Exists ? $"{file.FullName}:{file.LastWriteTimeUtc.Ticks}:{file.Length}" : "";

    [LoggerMessage(LogLevel.Information, "{Path} has changed and was read again")]
    private partial void LogReloaded(string path);

    [LoggerMessage(LogLevel.Warning, "{Path} has changed and cannot be used; what it said before still holds: {Reason}")]
    private partial void LogKept(string path, string reason);
}
