using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Vibee.Server.Middleware.Keys;

/// <summary>Authenticates requests by their API key. Those with a JSON Web Token never come here, where those are taken:
/// <see cref="AccessServices"/> sends them on.</summary>
internal sealed class KeyHandler(
    KeyRing keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        if (Credential.Of(Request) is not { } presented)
            return AuthenticateResult.NoResult();
        if (keys.Find(presented) is not { } key)
            return AuthenticateResult.Fail("The API key is not valid.");
        if (key.Expires <= TimeProvider.GetUtcNow())
            return AuthenticateResult.Fail("The API key has expired.");
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new KeyIdentity(key)), Scheme.Name));
    }
}

/// <summary>Somebody with a key.</summary>
internal sealed class KeyIdentity(ApiKey key) : ClaimsIdentity([new Claim(DefaultNameClaimType, key.Name)], KeyHandler.SchemeName)
{
    public ApiKey Key { get; } = key;
}
