using System.Globalization;
using System.Text;

namespace RosFL.Reports;

/// <summary>A line over the rounds. NaN leaves a gap.</summary>
internal sealed record Series(string Name, IReadOnlyList<(int Round, double Value)> Points);

/// <summary>Lines over the rounds as SVG in a card: title with unit, legend for two lines or more, values on hover.</summary>
internal static class LineChart
{
    private const double Width = 520, Height = 240, Left = 56, Right = 14, Top = 10, Bottom = 34;

    private const int Colours = 8;

    /// <summary>More marks than this would be a second line; they are left out.</summary>
    private const int MostMarks = 40;

    public static string Draw(string title, string unit, IReadOnlyList<Series> series, bool fromZero)
    {
        var x = Axis.OverRounds(series.SelectMany(line => line.Points).Select(point => point.Round).DefaultIfEmpty(0).Max());
        var y = Axis.Over(series.SelectMany(line => line.Points).Select(point => point.Value), fromZero);
        var text = new StringBuilder($"<div class=\"card\"><h3>{HtmlPage.Text(title)} <span class=\"soft\">{HtmlPage.Text(unit)}</span></h3>");
        if (series.Count > 1)
            text.Append($"<div class=\"legend\">{string.Concat(series.Select((line, i) => $"<span><i style=\"border-color:{Colour(i)};border-top-style:{(Dashed(i) ? "dashed" : "solid")}\"></i>{HtmlPage.Text(line.Name)}</span>"))}</div>");
        text.Append($"<svg viewBox=\"0 0 {N(Width)} {N(Height)}\" role=\"img\" aria-label=\"{HtmlPage.Text(title)} over rounds\">");
        Frame(text, x, y);
        foreach (var (i, line) in series.Index())
            Line(text, line, i, x, y);
        return text.Append("</svg></div>").ToString();
    }

    private static void Frame(StringBuilder text, Axis x, Axis y)
    {
        foreach (var tick in y.Ticks)
            text.Append($"<line x1=\"{N(Left)}\" x2=\"{N(Width - Right)}\" y1=\"{N(Y(y, tick))}\" y2=\"{N(Y(y, tick))}\" stroke=\"var(--grid)\"/>")
                .Append($"<text x=\"{N(Left - 8)}\" y=\"{N(Y(y, tick) + 4)}\" text-anchor=\"end\">{y.Label(tick)}</text>");
        foreach (var tick in x.Ticks.Where(tick => tick <= x.High))
            text.Append($"<text x=\"{N(X(x, tick))}\" y=\"{N(Height - Bottom + 17)}\" text-anchor=\"middle\">{N(tick)}</text>");
        text.Append($"<line x1=\"{N(Left)}\" x2=\"{N(Width - Right)}\" y1=\"{N(Height - Bottom)}\" y2=\"{N(Height - Bottom)}\" stroke=\"var(--axis)\"/>")
            .Append($"<text x=\"{N((Left + Width - Right) / 2)}\" y=\"{N(Height - 3)}\" text-anchor=\"middle\">round</text>");
    }

    private static void Line(StringBuilder text, Series line, int number, Axis x, Axis y)
    {
        var path = new StringBuilder();
        var drawing = false;
        foreach (var (round, value) in line.Points)
        {
            if (double.IsFinite(value))
                path.Append($"{(drawing ? 'L' : 'M')}{N(X(x, round))} {N(Y(y, value))}");
            drawing = double.IsFinite(value);
        }

        text.Append($"<path d=\"{path}\" fill=\"none\" stroke=\"{Colour(number)}\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{(Dashed(number) ? " stroke-dasharray=\"6 5\"" : "")}/>");
        if (line.Points.Count > MostMarks)
            return;
        foreach (var (round, value) in line.Points.Where(point => double.IsFinite(point.Value)))
            text.Append($"<circle cx=\"{N(X(x, round))}\" cy=\"{N(Y(y, value))}\" r=\"2.5\" fill=\"{Colour(number)}\"/>")
                .Append($"<circle cx=\"{N(X(x, round))}\" cy=\"{N(Y(y, value))}\" r=\"9\" fill=\"transparent\"><title>{HtmlPage.Text(line.Name)}, round {round}: {Figures.Number(value)}</title></circle>");
    }

    public static string Colour(int number) => $"var(--s{number % Colours})";

    private static bool Dashed(int number) => number / Colours % 2 == 1;

    private static double X(Axis axis, double value) => Left + (value - axis.Low) / (axis.High - axis.Low) * (Width - Left - Right);

    private static double Y(Axis axis, double value) => Height - Bottom - (value - axis.Low) / (axis.High - axis.Low) * (Height - Top - Bottom);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
