using System.Text;

namespace RosFL.Reports;

/// <summary>A table whose cells are text; markup is escaped here and nowhere else.</summary>
internal sealed class HtmlTable(string kind, params string[] columns)
{
    private readonly StringBuilder rows = new();

    public HtmlTable(params string[] columns)
        : this("", columns)
    {
    }

    public void Row(params IEnumerable<HtmlCell> cells) => Row("", cells);

    /// <param name="look">"sum" for totals, "set" for options of the file, empty otherwise.</param>
    public void Row(string look, IEnumerable<HtmlCell> cells)
    {
        rows.Append(look.Length > 0 ? $"<tr class=\"{look}\">" : "<tr>");
        foreach (var cell in cells)
            rows.Append(cell.Best ? "<td class=\"best\">" : "<td>").Append(HtmlPage.Text(cell.Text))
                .Append(cell.Small.Length > 0 ? $"<small>{HtmlPage.Text(cell.Small)}</small>" : "").Append("</td>");
        rows.Append("</tr>\n");
    }

    public string Markup()
    {
        var head = string.Concat(columns.Select(column => $"<th>{HtmlPage.Text(column)}</th>"));
        return $"<table{(kind.Length > 0 ? $" class=\"{kind}\"" : "")}><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>";
    }
}

/// <summary>A cell, with a second line in small print where there is one.</summary>
internal sealed record HtmlCell(string Text, string Small = "", bool Best = false)
{
    public static implicit operator HtmlCell(string text) => new(text);
}
