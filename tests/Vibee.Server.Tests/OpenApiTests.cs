using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Vibee.Server.Tests;

/// <summary>The document says what the server does, and the server does what the document says.</summary>
public class OpenApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_HasEveryRouteAndMethod()
    {
        await using var server = await TestServer.StartAsync();
        var documented = (await ReadAsync(server)).Operations.Select(operation => $"{operation.Method} {operation.Path}");
        var mapped = server.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null) // WebSockets, which OpenAPI has no words for
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal)}"))
            .Where(route => !route.StartsWith("HEAD", StringComparison.Ordinal));
        Assert.Equal(mapped.Order(), documented.Order());
    }

    [Fact]
    public async Task Examples_OfEveryOperation_AreAnswered()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var operation in (await ReadAsync(server)).Operations)
        {
            Assert.False(string.IsNullOrEmpty(operation.Summary), operation.Path);
            Assert.True(operation.Method == "GET" || operation.Examples.Count > 0, $"{operation.Path} has no example.");
            foreach (var example in operation.Examples)
            {
                using var response = await server.PostAsync(operation.Path, example.ToJsonString());
                var text = await response.Content.ReadAsStringAsync(Cancellation);
                // An endpoint for another kind of model reads nothing.
                Assert.True(response.StatusCode == HttpStatusCode.OK || !operation.Fields().Any(), $"{operation.Path} {example.ToJsonString()}: {text}");
            }

            if (operation.Method == "GET" && !operation.Path.Contains('{'))
                Assert.NotEmpty(await server.GetTextAsync(operation.Path));
        }
    }

    [Fact]
    public async Task Fields_OfEveryOperation_AreRefusedWhenWrongAndNamed()
    {
        await using var server = await TestServer.StartAsync();
        var (failures, count) = (new List<string>(), 0);
        foreach (var operation in (await ReadAsync(server)).Operations)
        {
            foreach (var (path, value) in operation.Violations())
            {
                count++;
                if (await FailureAsync(server, operation, path, value) is { } failure)
                    failures.Add(failure);
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(count > 500, $"Only {count} violations were found to try.");
    }

    [Fact]
    public async Task Document_WhileLoading_WaitsForTheModel()
    {
        await using var server = await TestServer.StartLoadingAsync();
        using var response = await server.Client.GetAsync("/openapi.json", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Page_NeedsNothingFromElsewhere()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Client.GetAsync("/docs", Cancellation);
        var page = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("fetch('openapi.json')", page);
        Assert.DoesNotContain("://", page);
    }

    /// <returns>What is wrong with the refusal, or null.</returns>
    private static async Task<string?> FailureAsync(TestServer server, ApiOperation operation, string path, JsonNode? value)
    {
        var failure = $"No example of {operation.Path} has {path}.";
        foreach (var (place, body) in operation.Examples.SelectMany(example => ApiOperation.With(example, path, value)))
        {
            using var response = await server.PostAsync(operation.Path, body.ToJsonString());
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            failure = $"{operation.Path} {place} {body.ToJsonString()}: {text}";
            if (response.StatusCode != HttpStatusCode.BadRequest)
                continue;

            // Anthropic's errors have no field for it; their text names it.
            var error = JsonNode.Parse(text)!["error"]!;
            var param = (string?)error["param"];
            if (param is null ? ((string)error["message"]!).Contains(place, StringComparison.Ordinal) : place.StartsWith(param, StringComparison.Ordinal))
                return null;
        }

        return failure;
    }

    private static async Task<ApiDocument> ReadAsync(TestServer server) => ApiDocument.Parse(await server.GetTextAsync("/openapi.json"));
}
