using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Vibee.Server.Tests;

/// <summary>An OpenTelemetry collector that takes OTLP over HTTP and keeps what it is sent.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, Protobuf Message)> _received = new();

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/{**path}", async context =>
        {
            Assert.Equal("application/x-protobuf", context.Request.ContentType);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _received.Enqueue((context.Request.Path, Protobuf.Parse(body.ToArray())));
        });
    }

    public Uri Url => new(_app.Urls.Single());

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>The spans, by the first word of their names.</summary>
    /// <remarks>resource_spans = 1, scope_spans = 2, spans = 2 of opentelemetry/proto/trace/v1.</remarks>
    public IEnumerable<Protobuf> Spans => Messages("/v1/traces").SelectMany(message => message.All(1)).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2));

    /// <summary>The metrics.</summary>
    /// <remarks>resource_metrics = 1, scope_metrics = 2, metrics = 2 of opentelemetry/proto/metrics/v1.</remarks>
    public IEnumerable<Protobuf> Metrics => Messages("/v1/metrics").SelectMany(message => message.All(1)).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2));

    /// <summary>What is said of the process.</summary>
    public Dictionary<string, string> Resource => Messages("/v1/traces").First().All(1).First().All(1).First().Attributes(1);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IEnumerable<Protobuf> Messages(string path) => _received.Where(entry => entry.Path == path).Select(entry => entry.Message);
}
