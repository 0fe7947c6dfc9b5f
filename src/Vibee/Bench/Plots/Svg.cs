using System.Globalization;
using System.Net;
using System.Text;

namespace Vibee.Bench.Plots;

/// <summary>A drawing, from the top left corner, in pixels. Texts may hold anything: they are escaped.</summary>
internal sealed class Svg(int width, int height)
{
    private readonly StringBuilder _elements = new();

    public void Line(double x1, double y1, double x2, double y2, string stroke, string dashes = "none") =>
        Add($"<line x1='{x1:F1}' y1='{y1:F1}' x2='{x2:F1}' y2='{y2:F1}' stroke='{stroke}' stroke-dasharray='{dashes}'/>");

    public void Rectangle(double x, double y, double width, double height, string fill) =>
        Add($"<rect x='{x:F1}' y='{y:F1}' width='{width:F1}' height='{height:F1}' fill='{fill}'/>");

    /// <param name="x">Of the anchor.</param>
    /// <param name="y">Of the line on which the letters stand.</param>
    /// <param name="text">In one line.</param>
    /// <param name="anchor">Which part of the text is at x: start, middle or end.</param>
    /// <param name="size">Pixels.</param>
    /// <param name="fill">Colour.</param>
    /// <param name="isUpright">Whether it reads from the bottom to the top.</param>
    public void Text(double x, double y, string text, string anchor = "start", int size = 12, string fill = "#444", bool isUpright = false) =>
        Add($"<text x='{x:F1}' y='{y:F1}' font-size='{size}' fill='{fill}' text-anchor='{anchor}'{(isUpright ? FormattableString.Invariant($" transform='rotate(-90 {x:F1} {y:F1})'") : "")}>{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>A dot at each point, all in one element: there may be tens of thousands.</summary>
    public void Dots(IEnumerable<(double X, double Y)> points, double diameter, string stroke, double opacity) =>
        Path(string.Concat(points.Select(point => FormattableString.Invariant($"M{point.X:F0} {point.Y:F0}h0"))), stroke, diameter, opacity);

    public void Polyline(IEnumerable<(double X, double Y)> points, string stroke) =>
        Path("M" + string.Join('L', points.Select(point => FormattableString.Invariant($"{point.X:F1} {point.Y:F1}"))), stroke, 2, 1);

    public override string ToString() => FormattableString.Invariant(
        $"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' font-family='system-ui, sans-serif'>\n<rect width='{width}' height='{height}' fill='white'/>\n{_elements}</svg>\n");

    private void Path(string path, string stroke, double width, double opacity) =>
        Add($"<path d='{path}' fill='none' stroke='{stroke}' stroke-width='{width}' stroke-linecap='round' stroke-linejoin='round' opacity='{opacity}'/>");

    private void Add(FormattableString element) => _elements.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
