using System.Net;
using Vibee.Server.Middleware.Keys;

namespace Vibee.Server.Tests;

/// <summary>Pages of other origins.</summary>
public class CorsTests
{
    private const string Page = "https://chat.example";

    private static readonly ServerOptions OnePage = new() { CorsOrigins = [Page], Access = new AccessOptions { ApiKeys = ["sk-key"] } };

    [Fact]
    public async Task A04_Preflight_IsAnsweredWithoutKey()
    {
        await using var server = await TestServer.StartAsync(options: OnePage);
        using var response = await PreflightAsync(server, Page);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(Page, Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("POST", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Equal("authorization,x-stainless-lang", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Headers")));
    }

    [Fact]
    public async Task Preflight_OfAnotherOrigin_AllowsNothing()
    {
        await using var server = await TestServer.StartAsync(options: OnePage);
        using var response = await PreflightAsync(server, "https://evil.example");
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Preflight_WhereNoOriginIsNamed_AllowsNothing()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await PreflightAsync(server, Page);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Answer_AndRefusal_MayBeReadByThePage_WithTheirRequestId()
    {
        await using var server = await TestServer.StartAsync(options: OnePage);
        var (status, _, headers) = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", "Origin", Page, TestServer.ChatBody());

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(Page, Assert.Single(headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("x-request-id", string.Join(',', headers.GetValues("Access-Control-Expose-Headers")));
    }

    [Fact]
    public async Task EveryOrigin_IsAStar()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { CorsOrigins = ["*"] });
        using var response = await PreflightAsync(server, Page);
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(TestServer server, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-stainless-lang");
        return await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
