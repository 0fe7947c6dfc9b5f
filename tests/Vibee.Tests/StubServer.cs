using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Vibee.Tests;

/// <summary>A server of another make, which remembers what it was asked and answers as it is told.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<(string Path, JsonElement Body)> _requests = [];

    private StubServer(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/v1/models", () => "{}");
        _app.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            int number;
            lock (_requests)
            {
                number = _requests.Count;
                _requests.Add((context.Request.Path, body.RootElement.Clone()));
            }

            await answer(context, number);
        });
    }

    public string Url => _app.Urls.Single();

    public IReadOnlyList<(string Path, JsonElement Body)> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <param name="answer">Given the request and its number.</param>
    public static async Task<StubServer> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var server = new StubServer(answer);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Streams the pieces as the endpoint that was asked would.</summary>
    public static async Task StreamAsync(HttpContext context, params string[] pieces)
    {
        context.Response.ContentType = "text/event-stream";
        var isChat = context.Request.Path.Value!.Contains("chat");
        foreach (var piece in pieces)
        {
            var choice = isChat ? new JsonObject { ["delta"] = new JsonObject { ["content"] = piece } } : new JsonObject { ["text"] = piece };
            await WriteAsync(new JsonObject { ["choices"] = new JsonArray(choice) });
        }

        await WriteAsync(new JsonObject
        {
            ["choices"] = new JsonArray(),
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = 10,
                ["completion_tokens"] = pieces.Length,
                ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 4 },
            },
        });
        await context.Response.WriteAsync("data: [DONE]\n\n");

        Task WriteAsync(JsonObject chunk) => context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
