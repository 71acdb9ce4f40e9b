using System.Globalization;
using System.Text;

namespace RosFL.Reports;

/// <summary>A bar of parts, one after the other.</summary>
internal sealed record Bar(string Name, IReadOnlyList<double> Parts);

/// <summary>Horizontal stacked bars as SVG in a card; each bar ends with its total.</summary>
internal static class BarChart
{
    private const double Width = 520, Row = 30, Left = 120, Right = 84, Gap = 2, Thickness = 16;

    private const int LongestName = 16;

    public static string Draw(string title, IReadOnlyList<string> parts, IReadOnlyList<Bar> bars, Func<double, string> label)
    {
        var most = bars.Select(bar => bar.Parts.Sum()).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var text = new StringBuilder($"<div class=\"card\"><h3>{HtmlPage.Text(title)}</h3>");
        if (parts.Count > 1)
            text.Append($"<div class=\"legend\">{string.Concat(parts.Select((part, i) => $"<span><i style=\"border-color:{LineChart.Colour(i)};border-top-width:8px\"></i>{HtmlPage.Text(part)}</span>"))}</div>");
        text.Append($"<svg viewBox=\"0 0 {N(Width)} {N(bars.Count * Row + 4)}\" role=\"img\" aria-label=\"{HtmlPage.Text(title)}\">");
        foreach (var (i, bar) in bars.Index())
            Draw(text, bar, parts, i * Row + 4, most > 0 ? (Width - Left - Right) / most : 0, label);
        return text.Append("</svg></div>").ToString();
    }

    private static void Draw(StringBuilder text, Bar bar, IReadOnlyList<string> parts, double top, double scale, Func<double, string> label)
    {
        var x = Left;
        text.Append($"<text x=\"{N(Left - 10)}\" y=\"{N(top + 13)}\" text-anchor=\"end\"><title>{HtmlPage.Text(bar.Name)}</title>{HtmlPage.Text(Short(bar.Name))}</text>");
        foreach (var (i, part) in bar.Parts.Index().Where(entry => entry.Item > 0))
        {
            var length = Math.Max(part * scale - Gap, 0.5);
            text.Append($"<rect x=\"{N(x)}\" y=\"{N(top)}\" width=\"{N(length)}\" height=\"{N(Thickness)}\" rx=\"2\" fill=\"{LineChart.Colour(i)}\"><title>{HtmlPage.Text($"{bar.Name}, {parts[i]}: {label(part)}")}</title></rect>");
            x += part * scale;
        }

        text.Append($"<text x=\"{N(x + 6)}\" y=\"{N(top + 13)}\">{HtmlPage.Text(label(bar.Parts.Sum()))}</text>");
    }

    private static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
