namespace RosFL.Bench;

/// <summary>A table in Markdown, printed row by row while the bench goes on.</summary>
internal sealed class Table
{
    public Table(string title, params string[] columns)
    {
        Console.WriteLine($"\n{title}\n");
        Row(columns);
        Row([.. columns.Select(_ => "---")]);
    }

    public void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
