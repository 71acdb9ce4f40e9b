using System.Globalization;
using System.Text;

namespace RosFL.Reports;

/// <summary>Comparisons as Markdown, HTML and CSV.</summary>
public static class CompareReport
{
    /// <summary>One Markdown table a metric; the best mean of each column is bold.</summary>
    public static string Markdown(IReadOnlyList<CompareTable> tables)
    {
        var text = new StringBuilder();
        foreach (var table in tables)
        {
            var lines = Cells(table);
            text.Append($"{Title(table)}\n\n| {string.Join(" | ", Columns(table))} |\n|---|{string.Concat(Enumerable.Repeat("---:|", Columns(table).Count - 1))}\n");
            foreach (var line in lines)
                text.Append($"| {string.Join(" | ", line.Select(cell => cell.Best ? $"**{cell.Text}**" : cell.Text.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
            text.Append($"\n{Note(table)}\n\n");
        }

        return text.ToString().TrimEnd() + "\n";
    }

    /// <summary>A self-contained page.</summary>
    public static string Html(string title, IReadOnlyList<CompareTable> tables)
    {
        var page = new HtmlPage(title, "Methods side by side: the same data, splits, network and number of steps.");
        foreach (var table in tables)
        {
            page.Section(Title(table));
            var rows = new HtmlTable([.. Columns(table)]);
            foreach (var line in Cells(table))
                rows.Row("", line);
            page.Table(rows);
            page.Note(Note(table));
        }

        return page.Markup();
    }

    /// <summary>Long form, one line a number: metric, method, column, mean, deviation, count; full precision, for other programs.</summary>
    public static string Csv(IReadOnlyList<CompareTable> tables)
    {
        var text = new StringBuilder("metric,method,column,mean,deviation,count\n");
        foreach (var table in tables)
            foreach (var row in table.Rows())
            {
                foreach (var (site, spread) in table.Sites.Zip(row.Sites))
                    Line(table.Metric, row.Method, $"site:{site}", spread);
                Line(table.Metric, row.Method, "mean", row.Mean);
                Line(table.Metric, row.Method, "worst", row.Worst);
                Line(table.Metric, row.Method, "drift", row.Drift);
                Line(table.Metric, row.Method, "bytes", row.Bytes);
                Line(table.Metric, row.Method, "seconds", row.Seconds);
            }

        return text.ToString();

        void Line(string metric, string method, string column, Spread spread) => text.Append(CultureInfo.InvariantCulture,
            $"{Quoted(metric)},{Quoted(method)},{Quoted(column)},{Exact(spread.Mean)},{Exact(spread.Deviation)},{spread.Count}\n");
    }

    private static string Title(CompareTable table) => $"Test {table.Metric}{(ScoreSections.Unit(table.Metric).Length > 0 ? $" in{ScoreSections.Unit(table.Metric)}" : "")}";

    private static string Note(CompareTable table) =>
        $"{(table.Seeds > 1 ? $"Mean ± standard deviation over {table.Seeds} seeds" : "One seed")}; mean over sites, all alike; {(table.HigherIsBetter ? "higher" : "lower")} is better. {table.Note}".TrimEnd();

    private static IReadOnlyList<string> Columns(CompareTable table) => ["method", .. table.Sites, "mean", "worst site", "drift", "bytes", "time"];

    private static IReadOnlyList<IReadOnlyList<HtmlCell>> Cells(CompareTable table)
    {
        var rows = table.Rows();
        var digits = Figures.Digits(table.Metric);
        var best = Enumerable.Range(0, table.Sites.Count + 2).Select(column => Best([.. rows.Select(row => Scores(row)[column].Mean)], table.HigherIsBetter)).ToList();
        return [.. rows.Select(row => (IReadOnlyList<HtmlCell>)
        [
            row.Method,
            .. Scores(row).Zip(best, (spread, top) => new HtmlCell(spread.Text(digits), Best: rows.Count > 1 && spread.Mean.Equals(top))),
            row.HidesDrift ? Figures.Hidden : Figures.Percent(row.Drift.Mean), Figures.Bytes(row.Bytes.Mean), Figures.Time(row.Seconds.Mean),
        ])];
    }

    private static double Best(IReadOnlyList<double> means, bool higherIsBetter)
    {
        var known = means.Where(mean => !double.IsNaN(mean)).DefaultIfEmpty(double.NaN);
        return higherIsBetter ? known.Max() : known.Min();
    }

    private static IReadOnlyList<Spread> Scores(CompareRow row) => [.. row.Sites, row.Mean, row.Worst];

    private static string Exact(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
