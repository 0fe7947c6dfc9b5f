using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Vibee.Server.Observability;

/// <summary>Writes what OpenTelemetry collected in Prometheus' text format 0.0.4, samples without labels as
/// <c>name value</c>. What has no value yet is 0: who computes rates or writes an alert wants to see it from the
/// start.</summary>
/// <param name="instruments">All there are, in the order in which they are written.</param>
/// <remarks>Format: https://prometheus.io/docs/instrumenting/exposition_formats. Why not the ready-made exporter:
/// docs/decisions/005-metrics-text.md.</remarks>
internal sealed class PrometheusText(IReadOnlyList<Instrument> instruments) : BaseExporter<Metric>
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text.Clear();
        var collected = new Dictionary<string, Metric>();
        foreach (var metric in batch)
            collected[metric.Name] = metric;
        foreach (var instrument in instruments)
        {
            if (_text.Length > 0)
                _text.Append('\n');
            _text.Append($"# HELP {instrument.Name} {instrument.Description?.Replace("\\", @"\\").Replace("\n", @"\n")}\n");
            _text.Append($"# TYPE {instrument.Name} {TypeOf(instrument)}\n");
            if (collected.TryGetValue(instrument.Name, out var metric))
                WritePoints(metric);
            else
                WriteZero(instrument);
        }

        return ExportResult.Success;
    }

    private void WritePoints(Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (metric.MetricType == MetricType.Histogram)
                WriteHistogram(metric.Name, point);
            else
                WriteSample(metric.Name, "", point.Tags, null, ValueOf(metric.MetricType, point));
        }
    }

    private void WriteZero(Instrument instrument)
    {
        if (instrument is not Histogram<double> histogram)
        {
            WriteSample(instrument.Name, "", null, null, "0");
            return;
        }

        foreach (var bound in histogram.Advice?.HistogramBucketBoundaries ?? [])
            WriteSample(instrument.Name, "_bucket", null, Number(bound), "0");
        WriteSample(instrument.Name, "_bucket", null, "+Inf", "0");
        WriteSample(instrument.Name, "_sum", null, null, "0");
        WriteSample(instrument.Name, "_count", null, null, "0");
    }

    private void WriteHistogram(string name, in MetricPoint point)
    {
        var cumulative = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            WriteSample(name, "_bucket", point.Tags, bound, Number(cumulative));
        }

        WriteSample(name, "_sum", point.Tags, null, Number(point.GetHistogramSum()));
        WriteSample(name, "_count", point.Tags, null, Number(point.GetHistogramCount()));
    }

    private void WriteSample(string name, string suffix, ReadOnlyTagCollection? tags, string? upTo, string value)
    {
        _text.Append(name).Append(suffix);
        var separator = '{';
        if (tags is { } labels) // the empty collection cannot be walked
        {
            foreach (var (key, label) in labels)
                WriteLabel(ref separator, key, Convert.ToString(label, CultureInfo.InvariantCulture) ?? "");
        }

        if (upTo is not null)
            WriteLabel(ref separator, "le", upTo);
        _text.Append(separator == '{' ? " " : "} ").Append(value).Append('\n');
    }

    private void WriteLabel(ref char separator, string key, string value)
    {
        _text.Append(separator).Append(key).Append("=\"");
        _text.Append(value.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n")).Append('"');
        separator = ',';
    }

    private static string TypeOf(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<double> or ObservableCounter<long> or ObservableCounter<double> => "counter",
        Histogram<double> => "histogram",
        _ => "gauge",
    };

    private static string ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum => Number(point.GetSumLong()),
        MetricType.DoubleSum => Number(point.GetSumDouble()),
        MetricType.LongGauge => Number(point.GetGaugeLastValueLong()),
        MetricType.DoubleGauge => Number(point.GetGaugeLastValueDouble()),
        MetricType.LongSumNonMonotonic => Number(point.GetSumLong()),
        MetricType.DoubleSumNonMonotonic => Number(point.GetSumDouble()),
        _ => throw new NotSupportedException($"Metrics of type {type} have no text form here."),
    };

    private static string Number<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
