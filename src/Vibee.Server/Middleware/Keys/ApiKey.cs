using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Vibee.Server.Middleware.Keys;

/// <summary>A key that opens the API, as the server knows it: not the key itself, from which nobody who reads a file or
/// a core dump could learn it.</summary>
/// <param name="Name">For logs and limits; no secret.</param>
/// <param name="Hash">Its SHA-256. A key is as random as a hash, so nothing slower is needed to protect it.</param>
public sealed record ApiKey(string Name, byte[] Hash)
{
    public const int LeastPriority = -10;
    public const int MostPriority = 10;

    private const string Prefix = "vk-";
    private const int Bytes = 32;

    public DateTimeOffset? Created { get; init; }

    /// <summary>From when on it opens nothing any more.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Ids or aliases of the models it opens; null is every model.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Instead of the server's own limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Likewise.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Of its requests in the queue; 0 for most, more to be served sooner.</summary>
    public int Priority { get; init; }

    /// <summary>A key that nobody can guess.</summary>
    public static string Generate() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
