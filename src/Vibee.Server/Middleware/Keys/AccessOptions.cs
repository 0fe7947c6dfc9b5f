namespace Vibee.Server.Middleware.Keys;

/// <summary>Who may use the server: anybody, or who has a key or a token.</summary>
public sealed record AccessOptions
{
    /// <summary>Keys that open everything.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>A file of <see cref="KeyFile"/>, read again when it changes. One without keys lets nobody in: revoking the
    /// last key must not open the server.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>Whose JSON Web Tokens are good: an OpenID Connect issuer, which publishes its keys.</summary>
    public Uri? JwtAuthority { get; init; }

    /// <summary>Or a file with the secret that they are signed with (HS256, HS384 or HS512).</summary>
    public string? JwtKeyFile { get; init; }

    /// <summary>Whom they must be made for; needed where there are any, since an issuer makes tokens for others too.</summary>
    public string? JwtAudience { get; init; }

    /// <summary>Who must have made them; an authority says it itself.</summary>
    public string? JwtIssuer { get; init; }

    internal bool TakesKeys => ApiKeys.Count > 0 || ApiKeyFile is not null;

    internal bool TakesTokens => JwtAuthority is not null || JwtKeyFile is not null;

    /// <summary>Whether nobody gets in without a key or token.</summary>
    public bool IsClosed => TakesKeys || TakesTokens;
}
