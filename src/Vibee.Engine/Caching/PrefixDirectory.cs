using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Vibee.Engine.Caching;

/// <summary>A prefix on disk. What is said of it is checked when it is read.</summary>
internal sealed record SavedPrefix(string Path, int[] Tokens);

/// <summary>
/// The files of saved prefixes, and what is in those of one key. Only files that are named as this class names them are
/// ever touched: the user may have pointed it at a directory with other things in it.
/// </summary>
/// <remarks>Safe for the two threads of <see cref="PrefixStore"/>.</remarks>
internal sealed partial class PrefixDirectory
{
    private readonly string _path;
    private readonly long _limit;
    private readonly byte[] _key;
    private readonly string _keyName;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<SavedPrefix> _saved = [];

    public PrefixDirectory(string path, long limit, byte[] key, ILogger logger)
    {
        _path = path;
        _limit = limit;
        _key = key;
        _keyName = Convert.ToHexStringLower(key.AsSpan(0, 8));
        _logger = logger;
        Create();
        foreach (var file in Files().ToList())
        {
            if (file.Name.EndsWith(PrefixFile.Unfinished, StringComparison.Ordinal))
                Delete(file.FullName);
            else if (file.Name.StartsWith(_keyName, StringComparison.Ordinal))
                Read(file.FullName);
        }

        MakeRoom();
    }

    /// <summary>The saved prefix that has most of the beginning of <paramref name="tokens"/>, and how much.</summary>
    public (SavedPrefix? Saved, int Common) Longest(ReadOnlySpan<int> tokens)
    {
        (SavedPrefix? Saved, int Common) longest = (null, 0);
        lock (_lock)
        {
            foreach (var saved in _saved)
            {
                var common = saved.Tokens.AsSpan().CommonPrefixLength(tokens);
                if (common > longest.Common)
                    longest = (saved, common);
            }
        }

        return longest;
    }

    public void Write(int[] tokens, byte[] state)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(tokens)).AsSpan(0, 16));
        var path = Path.Combine(_path, $"{_keyName}-{name}{PrefixFile.Extension}");
        Create();
        PrefixFile.Write(path, _key, tokens, state);
        lock (_lock)
        {
            // What the new file has too needs no file of its own.
            foreach (var shorter in _saved.FindAll(saved => tokens.AsSpan().StartsWith(saved.Tokens)))
            {
                _saved.Remove(shorter);
                if (shorter.Path != path)
                    Delete(shorter.Path);
            }

            _saved.Add(new SavedPrefix(path, tokens));
        }

        MakeRoom();
    }

    /// <summary>The key that files of this model and these settings have.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>Leaves a file alone from now on.</summary>
    public void Ignore(SavedPrefix saved)
    {
        lock (_lock)
            _saved.Remove(saved);
    }

    /// <summary>Deletes a file that is no good.</summary>
    public void Forget(SavedPrefix saved)
    {
        Ignore(saved);
        Delete(saved.Path);
    }

    /// <summary>It was of use just now, and so is the last to be deleted for room.</summary>
    public void Touch(SavedPrefix saved)
    {
        try
        {
            File.SetLastWriteTimeUtc(saved.Path, DateTime.UtcNow);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(saved.Path, problem.Message);
        }
    }

    private void Create()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_path);
        else
            Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // What was used least recently goes first, of whichever model.
    private void MakeRoom()
    {
        var files = Files().OrderBy(file => file.LastWriteTimeUtc).ToList();
        var bytes = files.Sum(file => (decimal)file.Length);
        foreach (var file in files.TakeWhile(file => bytes > _limit && (bytes -= file.Length) >= 0))
        {
            lock (_lock)
                _saved.RemoveAll(saved => saved.Path == file.FullName);
            Delete(file.FullName);
        }
    }

    private void Read(string path)
    {
        try
        {
            if (PrefixFile.TryReadHead(path, out var key, out var tokens) && key.AsSpan().SequenceEqual(_key))
            {
                _saved.Add(new SavedPrefix(path, tokens));
                return;
            }

            LogUnfit(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(path, problem.Message);
        }

        Delete(path);
    }

    private void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(path, problem.Message);
        }
    }

    private IEnumerable<FileInfo> Files() =>
        // A link leads elsewhere, and opening a pipe, whose length is 0, would wait for its writer.
        new DirectoryInfo(_path).EnumerateFiles().Where(file => Name().IsMatch(file.Name) && file is { LinkTarget: null, Length: > 0 });

    [GeneratedRegex("^[0-9a-f]{16}-[0-9a-f]{32}\\.vibee-kv(\\.tmp)?$")]
    private static partial Regex Name();

    [LoggerMessage(LogLevel.Warning, "{File} is no saved prefix of this model and version; it is deleted")]
    private partial void LogUnfit(string file);

    [LoggerMessage(LogLevel.Warning, "{File}: {Problem}")]
    private partial void LogUnreadable(string file, string problem);
}
