using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vibee.Server.Middleware.Keys;

/// <summary>The file of keys as JSON has it: an object whose <c>keys</c> are objects.</summary>
internal sealed record KeyDocument
{
    public required KeyEntry[] Keys { get; init; }

    public static KeyDocument Of(IReadOnlyList<ApiKey> keys) => new() { Keys = [.. keys.Select(KeyEntry.Of)] };

    public IReadOnlyList<ApiKey> ToKeys()
    {
        var keys = Keys.Select(entry => (entry ?? throw new JsonException("null is no key")).ToKey()).ToList();
        // A name stands for one key: limits are counted by it, and it is what one revokes.
        if (keys.CountBy(key => key.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
            throw new JsonException($"there are two keys with the name '{twice}'");
        return keys;
    }
}

/// <summary>A key as JSON has it. A field that is not known is refused: a misspelt <c>expires</c> must not make a key
/// that never does.</summary>
internal sealed record KeyEntry
{
    public required string Name { get; init; }

    /// <summary>In hexadecimal.</summary>
    public required string Sha256 { get; init; }

    public DateTimeOffset? Created { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public string[]? Models { get; init; }

    public int? RequestsPerMinute { get; init; }

    public int? TokensPerMinute { get; init; }

    public int? Priority { get; init; }

    public static KeyEntry Of(ApiKey key) => new()
    {
        Name = key.Name,
        Sha256 = Convert.ToHexStringLower(key.Hash),
        Created = key.Created,
        Expires = key.Expires,
        Models = key.Models is null ? null : [.. key.Models],
        RequestsPerMinute = key.RequestsPerMinute,
        TokensPerMinute = key.TokensPerMinute,
        Priority = key.Priority == 0 ? null : key.Priority,
    };

    public ApiKey ToKey()
    {
        if (Sha256 is not { Length: 64 } || !Sha256.All(char.IsAsciiHexDigit))
            throw new JsonException($"the sha256 of '{Name}' must be 64 hexadecimal digits");
        if (string.IsNullOrEmpty(Name) || RequestsPerMinute <= 0 || TokensPerMinute <= 0 || Priority is < ApiKey.LeastPriority or > ApiKey.MostPriority)
            throw new JsonException($"the key '{Name}' needs a name, limits above 0 and a priority from {ApiKey.LeastPriority} to {ApiKey.MostPriority}");
        return new ApiKey(Name, Convert.FromHexString(Sha256))
        {
            Created = Created,
            Expires = Expires,
            Models = Models,
            RequestsPerMinute = RequestsPerMinute,
            TokensPerMinute = TokensPerMinute,
            Priority = Priority ?? 0,
        };
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(KeyDocument))]
internal sealed partial class KeyJson : JsonSerializerContext;
