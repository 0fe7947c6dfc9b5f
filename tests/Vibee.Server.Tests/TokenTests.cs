using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vibee.Server.Middleware.Keys;

namespace Vibee.Server.Tests;

/// <summary>Who comes in, by JSON Web Token.</summary>
public sealed class TokenTests : IDisposable
{
    private const string Audience = "vibee";
    private const string Secret = "a secret of more than thirty-two characters";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vibee-tokens-");

    public TokenTests() => File.WriteAllText(SecretPath, Secret + "\n");

    private string SecretPath => Path.Combine(_directory.FullName, "secret");

    private AccessOptions WithSecret => new() { JwtKeyFile = SecretPath, JwtAudience = Audience, JwtIssuer = "issuer" };

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Token_SignedWithTheSecret_PassesInEveryForm()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Access = WithSecret });
        var token = Make();
        Assert.Equal(HttpStatusCode.OK, (await ChatAsync(server, "Bearer " + token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Get, "/v1/models", "x-api-key", token)).Status);
    }

    public static TheoryData<string, string> BadTokens => new()
    {
        { "another secret", Make(secret: "another secret of more than thirty-two characters") },
        { "another audience", Make(audience: "somebody else") },
        { "another issuer", Make(issuer: "somebody else") },
        { "expired", Make(lifetime: TimeSpan.FromMinutes(-5)) },
        { "not yet", Make(delay: TimeSpan.FromMinutes(5)) },
        { "alg none", None("none") },
        { "alg None", None("None") },
        { "changed", Make()[..^4] + "AAAA" },
        { "nothing", "eyJ.." },
        { "no expiry", Eternal() },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Token_ThatIsNotGood_Is401(string why, string token)
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Access = WithSecret });
        var (status, body) = await ChatAsync(server, "Bearer " + token);
        Assert.True(status == HttpStatusCode.Unauthorized, $"{why}: {status} {body}");
        Assert.Contains("invalid_api_key", body);
        Assert.DoesNotContain("IDX", body);
        Assert.Equal(why == "expired", body.Contains("expired"));
    }

    [Fact]
    public async Task WithoutToken_Is401()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Access = WithSecret });
        Assert.Equal(HttpStatusCode.Unauthorized, (await ChatAsync(server, "Basic x")).Status);
    }

    [Fact]
    public async Task KeysAndTokens_BothPass()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Access = WithSecret with { ApiKeys = ["sk-key"] } });
        Assert.Equal(HttpStatusCode.OK, (await ChatAsync(server, "Bearer sk-key")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ChatAsync(server, "Bearer " + Make())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ChatAsync(server, "Bearer sk-another")).Status);
    }

    [Fact]
    public async Task Secret_TooShort_IsRefused()
    {
        await File.WriteAllTextAsync(SecretPath, "short", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<IOException>(() => TestServer.StartAsync(options: new ServerOptions { Access = WithSecret }));
        Assert.Contains(SecretPath, refusal.Message);
    }

    [Fact]
    public async Task Authority_ItsTokensPass_ThoseMadeWithItsPublicKeyAsSecretDoNot()
    {
        using var rsa = RSA.Create(2048);
        await using var authority = await StartAuthorityAsync(rsa);
        var issuer = authority.Urls.Single();
        var access = new AccessOptions { JwtAuthority = new Uri(issuer), JwtAudience = Audience };
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Access = access });

        var signing = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = "1" }, "RS256");
        Assert.Equal(HttpStatusCode.OK, (await ChatAsync(server, "Bearer " + Make(issuer: issuer, signing: signing))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ChatAsync(server, "Bearer " + Make(issuer: "other", signing: signing))).Status);
        var forged = new SigningCredentials(new SymmetricSecurityKey(rsa.ExportSubjectPublicKeyInfo()) { KeyId = "1" }, "HS256");
        Assert.Equal(HttpStatusCode.Unauthorized, (await ChatAsync(server, "Bearer " + Make(issuer: issuer, signing: forged))).Status);
    }

    [Fact]
    public async Task Authority_ThatIsNotThere_Is503()
    {
        var log = new LogLines();
        var access = new AccessOptions { JwtAuthority = new Uri("http://127.0.0.1:1"), JwtAudience = Audience };
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Access = access }, loggers: log);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatAsync(server, "Bearer " + Make())).Status);
        Assert.Contains(log.Lines, line => line.Contains("--jwt-authority"));
    }

    private static async Task<(HttpStatusCode Status, string Body)> ChatAsync(TestServer server, string authorization)
    {
        var (status, body, _) = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", "Authorization", authorization, TestServer.ChatBody());
        return (status, body);
    }

    private static string Make(
        string secret = Secret, string audience = Audience, string issuer = "issuer", TimeSpan? lifetime = null, TimeSpan delay = default,
        SigningCredentials? signing = null)
    {
        var end = DateTime.UtcNow + delay + (lifetime ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            Issuer = issuer,
            IssuedAt = end.AddHours(-1),
            NotBefore = end.AddHours(-1),
            Expires = end,
            Claims = new Dictionary<string, object> { ["sub"] = "alice" },
            SigningCredentials = signing ?? new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)), "HS256"),
        });
    }

    private static string Eternal() => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
    {
        Audience = Audience,
        Issuer = "issuer",
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Secret)), "HS256"),
    });

    private static string None(string algorithm) =>
        $$$"""{"alg":"{{{algorithm}}}","typ":"JWT"}""" is var header
            ? $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode($$$"""{"aud":"{{{Audience}}}","iss":"issuer","sub":"mallory","exp":4102444800}""")}."
            : "";

    private static async Task<WebApplication> StartAuthorityAsync(RSA rsa)
    {
        var app = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--Logging:LogLevel:Default=None"] }).Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/.well-known/openid-configuration", (HttpContext context) =>
        {
            var self = $"http://{context.Request.Host}";
            return Results.Text($$"""{"issuer":"{{self}}","jwks_uri":"{{self}}/keys"}""", "application/json");
        });
        var key = rsa.ExportParameters(false);
        app.MapGet("/keys", () => Results.Text(
            $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"1","alg":"RS256","n":"{{Base64UrlEncoder.Encode(key.Modulus)}}","e":"{{Base64UrlEncoder.Encode(key.Exponent)}}"}]}""",
            "application/json"));
        await app.StartAsync();
        return app;
    }
}
