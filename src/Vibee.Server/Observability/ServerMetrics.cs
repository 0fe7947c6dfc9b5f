using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Vibee.Engine;

namespace Vibee.Server.Observability;

/// <summary>What the server counts, and the meter that the engine's counts belong to as well. Names are those of the
/// guide; one meter per server, so that two in one process do not see each other's numbers.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly Lock _scrape = new();
    private readonly List<Instrument> _instruments = [];
    private readonly MeterListener _listener = new();
    private readonly PrometheusText _text;
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _provider;
    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _tokensGenerated;

    public ServerMetrics()
    {
        var started = Stopwatch.GetTimestamp();
        _meter = new Meter($"vibee.{Guid.NewGuid():N}"); // the provider tells meters apart by name only
        _text = new PrometheusText(_instruments);
        _listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == _meter)
                _instruments.Add(instrument);
        };
        _listener.Start();
        _reader = new BaseExportingMetricReader(_text);
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter(_meter.Name).AddReader(_reader).Build();
        _requests = _meter.CreateCounter<long>("igla_requests_total", null, "Total requests");
        _tokensGenerated = _meter.CreateCounter<long>("igla_tokens_generated", null, "Total tokens");
        _meter.CreateObservableGauge("igla_uptime_seconds", () => (long)Stopwatch.GetElapsedTime(started).TotalSeconds,
            null, "Uptime");
        _promptTokens = _meter.CreateCounter<long>("igla_prompt_tokens_total", null, "Prompt tokens of all answers");
        Engine = new EngineMetrics(_meter);
    }

    public EngineMetrics Engine { get; }

    public void Request() => _requests.Add(1);

    public void PromptTokens(int count) => _promptTokens.Add(count);

    public void TokensGenerated(int count)
    {
        if (count > 0)
            _tokensGenerated.Add(count);
    }

    /// <summary>All of it in Prometheus' text format.</summary>
    public string Scrape()
    {
        lock (_scrape)
        {
            _reader.Collect();
            return _text.Text;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _provider.Dispose();
        _meter.Dispose();
    }
}
