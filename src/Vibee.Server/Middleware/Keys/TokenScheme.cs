using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using Vibee.Gguf;

namespace Vibee.Server.Middleware.Keys;

/// <summary>How JSON Web Tokens are checked: signature, issuer, audience and time, all of them always.</summary>
internal static class TokenScheme
{
    public const string SchemeName = "token";

    private const int LeastSecret = 32; // bytes; HS256 with fewer is refused by RFC 7518 and by the library at run time

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30); // of clocks

    private static readonly string[] Symmetric = ["HS256", "HS384", "HS512"];
    private static readonly string[] Asymmetric = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <exception cref="IOException">The file of the secret cannot be read, or holds none.</exception>
    public static Action<JwtBearerOptions> Configure(AccessOptions access, TimeProvider time)
    {
        var secret = access.JwtKeyFile is { } path ? ReadSecret(path) : null;
        return options =>
        {
            options.MapInboundClaims = false;
            if (access.JwtAuthority is { } authority)
            {
                options.Authority = authority.AbsoluteUri;
                options.RequireHttpsMetadata = !authority.IsLoopback;
            }

            options.TokenValidationParameters = new TokenValidationParameters
            {
                NameClaimType = "sub",
                // Named, because which kind of key a signature is checked with must not be the token's choice.
                ValidAlgorithms = secret is null ? Asymmetric : Symmetric,
                IssuerSigningKey = secret is null ? null : new SymmetricSecurityKey(secret),
                ValidAudience = access.JwtAudience,
                ValidIssuer = access.JwtIssuer,
                ValidateIssuer = secret is null || access.JwtIssuer is not null,
                LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires, time.GetUtcNow().UtcDateTime),
            };
            options.Events = new JwtBearerEvents
            {
                OnMessageReceived = context =>
                {
                    context.Token = Credential.Of(context.Request);
                    if (context.Token is null)
                        context.NoResult();
                    return Task.CompletedTask;
                },
                OnAuthenticationFailed = async context => context.Fail(await AskIssuerAsync(context) ?? context.Exception),
            };
        };
    }

    // An issuer that cannot be reached looks like one that has no keys; that is nothing the token is to blame for.
    private static async Task<Exception?> AskIssuerAsync(AuthenticationFailedContext context)
    {
        try
        {
            await (context.Options.ConfigurationManager?.GetConfigurationAsync(context.HttpContext.RequestAborted) ?? Task.CompletedTask);
            return null;
        }
        catch (InvalidOperationException unreachable)
        {
            return unreachable;
        }
    }

    private static bool IsNow(DateTime? notBefore, DateTime? expires, DateTime now)
    {
        if (expires is null)
            throw new SecurityTokenNoExpirationException();
        return expires > now - Skew ? notBefore is null || notBefore <= now + Skew : throw new SecurityTokenExpiredException();
    }

    private static byte[] ReadSecret(string path)
    {
        byte[] secret;
        try
        {
            secret = Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {PathProblem.OfReading(path, exception)}", exception);
        }

        return secret.Length >= LeastSecret
            ? secret
            : throw new IOException($"{path}: a secret has at least {LeastSecret} characters, not {secret.Length}");
    }
}
