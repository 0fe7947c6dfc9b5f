using System.Security.Cryptography;

namespace Vibee.Server.Middleware.Keys;

/// <summary>All keys that open the API: those of the command line and those of the file, which may change.</summary>
/// <remarks>Threads: any.</remarks>
internal sealed class KeyRing
{
    private readonly IReadOnlyList<ApiKey> _fixed;
    private readonly ReloadingFile<IReadOnlyList<ApiKey>>? _file;

    /// <exception cref="IOException">The file cannot be read.</exception>
    public KeyRing(AccessOptions options, ILogger logger)
    {
        _fixed = [.. options.ApiKeys.Select((key, index) => new ApiKey($"api-key-{index + 1}", ApiKey.HashOf(key)))];
        if (options.ApiKeyFile is { } path)
            _file = new ReloadingFile<IReadOnlyList<ApiKey>>(() => KeyFile.Read(path), logger, path);
    }

    /// <summary>The key that somebody presents, expired or not, or null.</summary>
    public ApiKey? Find(string presented)
    {
        var hash = ApiKey.HashOf(presented);
        return Find(_fixed, hash, _file is null ? null : Find(_file.Value, hash, null));
    }

    /// <summary>Compares with every key and with every byte of it, whatever the result: how long it takes says nothing
    /// about how much was right.</summary>
    internal static ApiKey? Find(IReadOnlyList<ApiKey> keys, ReadOnlySpan<byte> hash, ApiKey? found)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(keys[i].Hash, hash))
                found = keys[i];
        }

        return found;
    }
}
