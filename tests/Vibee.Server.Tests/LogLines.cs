using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Vibee.Server.Tests;

/// <summary>Remembers what was logged, as text and as the values in it.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(string Text, Dictionary<string, object?> Values)> _lines = new();

    public IEnumerable<string> Lines => _lines.Select(line => line.Text);

    /// <summary>The values of the lines of requests; one is written after the client has its answer, so it is waited for.</summary>
    public async Task<List<Dictionary<string, object?>>> RequestsAsync(int count)
    {
        await TestServer.UntilAsync(() => Requests().Count >= count);
        return Requests();

        List<Dictionary<string, object?>> Requests() => [.. _lines.Where(line => line.Values.ContainsKey("LatencyMs")).Select(line => line.Values)];
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(($"{logLevel}: {formatter(state, exception)}{exception}", state is IEnumerable<KeyValuePair<string, object?>> values ? values.ToDictionary() : []));

    public void Dispose()
    {
    }
}
