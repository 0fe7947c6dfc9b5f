using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Vibee.Server.Observability;

/// <summary>What goes out over OTLP: spans of requests and generations, and all metrics. Without an address to send it to,
/// nothing of this costs anything.</summary>
internal sealed class Telemetry : IDisposable
{
    private const string Name = "Vibee";

    private readonly ActivitySource _source;
    private readonly TracerProvider? _traces;
    private readonly Uri? _otlp;

    public Telemetry(Uri? otlp)
    {
        _otlp = otlp;
        // Providers tell sources and meters apart by name only, and a process may have two servers, in tests above all.
        var name = otlp is null ? $"vibee.{Guid.NewGuid():N}" : Name;
        _source = new ActivitySource(name, VibeeServer.Version);
        Meter = new Meter(name, VibeeServer.Version);
        GenAi = new GenAiTelemetry(_source, Meter);
        if (otlp is not null)
            _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Describe()).AddSource(name).AddOtlpExporter(export => Send(export, "v1/traces")).Build();
    }

    public Meter Meter { get; }

    public GenAiTelemetry GenAi { get; }

    /// <summary>Has what <see cref="Meter"/> counts sent as well.</summary>
    public MeterProviderBuilder AddTo(MeterProviderBuilder builder) => _otlp is null
        ? builder.AddMeter(Meter.Name)
        : builder.AddMeter(Meter.Name).SetResourceBuilder(Describe()).AddOtlpExporter(export => Send(export, "v1/metrics"));

    /// <summary>Begins the span of a request, as a part of the trace that its headers name; null where nobody listens.</summary>
    public Activity? Start(HttpContext context)
    {
        if (!_source.HasListeners())
            return null;
        var request = context.Request;
        // The host's own activity is in no exported trace, and would be taken for the parent.
        Activity.Current = null;
        ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var parent);
        var activity = _source.StartActivity(request.Method, ActivityKind.Server, parent);
        if (activity is not { IsAllDataRequested: true })
            return activity;
        activity.SetTag("http.request.method", request.Method);
        activity.SetTag("url.path", request.Path.Value);
        activity.SetTag("url.scheme", request.Scheme);
        activity.SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port)
            activity.SetTag("server.port", port);
        activity.SetTag("client.address", context.Connection.RemoteIpAddress?.ToString());
        activity.SetTag("network.protocol.version", request.Protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? request.Protocol[5..] : null);
        return activity;
    }

    /// <summary>Ends it.</summary>
    /// <param name="route">The pattern of the path, where there is one.</param>
    public static void Stop(Activity? activity, HttpContext context, string? route, string requestId)
    {
        if (activity is { IsAllDataRequested: true })
        {
            var status = context.Response.StatusCode;
            if (route is not null)
            {
                activity.DisplayName = $"{context.Request.Method} {route}";
                activity.SetTag("http.route", route);
            }

            activity.SetTag("http.response.status_code", status);
            activity.SetTag("vibee.request.id", requestId);
            if (status >= 500)
            {
                activity.SetTag("error.type", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
                activity.SetStatus(ActivityStatusCode.Error);
            }
        }

        activity?.Stop();
    }

    public void Dispose()
    {
        _traces?.Dispose(); // sends what is left
        _source.Dispose();
        Meter.Dispose();
    }

    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so that they win.
    private static ResourceBuilder Describe() => ResourceBuilder.CreateEmpty()
        .AddService("vibee", serviceVersion: VibeeServer.Version).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private void Send(OtlpExporterOptions export, string path)
    {
        export.Protocol = OtlpExportProtocol.HttpProtobuf;
        export.Endpoint = new Uri($"{_otlp!.AbsoluteUri.TrimEnd('/')}/{path}");
    }
}
