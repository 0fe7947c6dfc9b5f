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
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    };

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
    private readonly Counter<long> _responses;
    private readonly Histogram<double> _durations;
    private int _inFlight;
    private int _webSockets;

    /// <param name="telemetry">Where else it all goes.</param>
    /// <param name="isReady">Whether requests would be served now.</param>
    public ServerMetrics(Telemetry telemetry, Func<bool> isReady)
    {
        var started = Stopwatch.GetTimestamp();
        _meter = telemetry.Meter;
        _text = new PrometheusText(_instruments);
        _listener.InstrumentPublished = (instrument, _) =>
        {
            // Those of other conventions have dots in their names, which Prometheus knows not.
            if (instrument.Meter == _meter && !instrument.Name.Contains('.'))
                _instruments.Add(instrument);
        };
        _listener.Start();
        _reader = new BaseExportingMetricReader(_text);
        _provider = telemetry.AddTo(Sdk.CreateMeterProviderBuilder()).AddReader(_reader).Build();
        _requests = _meter.CreateCounter<long>("igla_requests_total", null, "Total requests");
        _tokensGenerated = _meter.CreateCounter<long>("igla_tokens_generated", null, "Total tokens");
        _meter.CreateObservableGauge("igla_uptime_seconds", () => (long)Stopwatch.GetElapsedTime(started).TotalSeconds,
            null, "Uptime");
        _promptTokens = _meter.CreateCounter<long>("igla_prompt_tokens_total", null, "Prompt tokens of all answers");
        _responses = _meter.CreateCounter<long>("igla_responses_total", null, "Answers by path and status");
        _durations = _meter.CreateHistogram("igla_request_duration_seconds", null, "Time from a request to the end of its answer", tags: null, Durations);
        _meter.CreateObservableGauge("igla_requests_in_flight", () => Volatile.Read(ref _inFlight), null, "Requests being answered");
        _meter.CreateObservableGauge("igla_websockets", () => Volatile.Read(ref _webSockets), null, "WebSockets that are open");
        _meter.CreateObservableGauge("igla_ready", () => isReady() ? 1 : 0, null, "1 if requests would be served now, else 0");
        _meter.CreateObservableGauge("igla_process_resident_bytes", () => Environment.WorkingSet, null, "Memory of the process, mapped weights included where they are resident");
        _meter.CreateObservableCounter("igla_process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, null, "Processor time of the process");
        _meter.CreateObservableCounter("igla_gc_pause_seconds_total", () => GC.GetTotalPauseDuration().TotalSeconds, null, "Time that garbage collection stopped the process");
        Engine = new EngineMetrics(_meter);
    }

    public EngineMetrics Engine { get; }

    public void RequestBegins()
    {
        _requests.Add(1);
        Interlocked.Increment(ref _inFlight);
    }

    public void RequestEnds(string? route, int status, TimeSpan elapsed)
    {
        Interlocked.Decrement(ref _inFlight);
        _responses.Add(1, new KeyValuePair<string, object?>("path", route ?? ""), new KeyValuePair<string, object?>("status", status));
        if (status != StatusCodes.Status101SwitchingProtocols)
            _durations.Record(elapsed.TotalSeconds);
    }

    // The request that opens a WebSocket lasts as long as it does; what is answered are its messages.
    public void WebSocketOpens()
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref _webSockets);
    }

    public void WebSocketCloses()
    {
        Interlocked.Increment(ref _inFlight);
        Interlocked.Decrement(ref _webSockets);
    }

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
    }
}
