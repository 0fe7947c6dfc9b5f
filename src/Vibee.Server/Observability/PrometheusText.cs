using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Vibee.Server.Observability;

/// <summary>Writes what OpenTelemetry collected in Prometheus' text format 0.0.4, samples without labels as
/// <c>name value</c>.</summary>
/// <remarks>Format: https://prometheus.io/docs/instrumenting/exposition_formats. Why not the ready-made exporter:
/// docs/decisions/005-metrics-text.md.</remarks>
internal sealed class PrometheusText : BaseExporter<Metric>
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text.Clear();
        foreach (var metric in batch)
            Write(metric);
        return ExportResult.Success;
    }

    private void Write(Metric metric)
    {
        if (_text.Length > 0)
            _text.Append('\n');
        _text.Append($"# HELP {metric.Name} {metric.Description.Replace("\\", @"\\").Replace("\n", @"\n")}\n");
        _text.Append($"# TYPE {metric.Name} {TypeOf(metric.MetricType)}\n");
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (metric.MetricType == MetricType.Histogram)
                WriteHistogram(metric.Name, point);
            else
                WriteSample(metric.Name, "", point, null, ValueOf(metric.MetricType, point));
        }
    }

    private void WriteHistogram(string name, in MetricPoint point)
    {
        var cumulative = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            WriteSample(name, "_bucket", point, bound, Number(cumulative));
        }

        WriteSample(name, "_sum", point, null, Number(point.GetHistogramSum()));
        WriteSample(name, "_count", point, null, Number(point.GetHistogramCount()));
    }

    private void WriteSample(string name, string suffix, in MetricPoint point, string? upTo, string value)
    {
        _text.Append(name).Append(suffix);
        var separator = '{';
        foreach (var (key, label) in point.Tags)
            WriteLabel(ref separator, key, Convert.ToString(label, CultureInfo.InvariantCulture) ?? "");
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

    private static string TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
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
