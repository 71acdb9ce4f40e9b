using System.Text;

namespace RosFL.Reports;

/// <summary>A table whose cells are text; markup is escaped here and nowhere else.</summary>
internal sealed class HtmlTable(params string[] columns)
{
    private readonly StringBuilder rows = new();

    /// <summary>"options" for names and values, set to the left; empty for figures.</summary>
    public string Kind { get; init; } = "";

    public void Row(params IEnumerable<HtmlCell> cells) => Row("", cells);

    /// <param name="look">"sum" for totals, "set" for options of the file, empty otherwise.</param>
    public void Row(string look, IEnumerable<HtmlCell> cells)
    {
        var line = cells.ToList();
        ArgumentOutOfRangeException.ThrowIfNotEqual(line.Count, columns.Length, nameof(cells));
        rows.Append(look.Length > 0 ? $"<tr class=\"{look}\">" : "<tr>");
        foreach (var cell in line)
            rows.Append(cell.Best ? "<td class=\"best\">" : "<td>").Append(HtmlPage.Text(cell.Text))
                .Append(cell.Small.Length > 0 ? $"<small>{HtmlPage.Text(cell.Small)}</small>" : "").Append("</td>");
        rows.Append("</tr>\n");
    }

    public string Markup()
    {
        var head = string.Concat(columns.Select(column => $"<th>{HtmlPage.Text(column)}</th>"));
        return $"<table{(Kind.Length > 0 ? $" class=\"{Kind}\"" : "")}><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>";
    }
}

/// <summary>A cell, with a second line in small print where there is one.</summary>
internal sealed record HtmlCell(string Text, string Small = "", bool Best = false)
{
    public static implicit operator HtmlCell(string text) => new(text);
}
