using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>The report of one run: one HTML page made from the run folder alone, so it can be made again at any time.</summary>
public static class HtmlReport
{
    /// <summary>Writes <c>report.html</c> and, beside it, TensorBoard's event file.</summary>
    /// <returns>The page's path.</returns>
    public static string Write(RunFolder folder)
    {
        using var store = RunStore.Open(folder.StorePath);
        return Write(folder, store);
    }

    public static string Write(RunFolder folder, RunStore store)
    {
        var run = folder.Run.Options;
        var page = new HtmlPage(run.Name, $"{run.Task} with {run.Network.Name}, cut at depth {run.Cut.Depth}, trained by {run.Algorithm.Name}; seed {run.Seed}.");
        var rounds = store.Rounds();
        ScoreSections.Summary(page, run, store, rounds);
        ScoreSections.Table(page, run, store, "test", "Test");
        ScoreSections.Table(page, run, store, "unseen", "Unseen sites");
        StripSection.Add(page, folder);
        CurveSections.Add(page, store, rounds);
        ScoreSections.Sites(page, store);
        OptionSection.Add(page, folder);
        Events(page, store);
        AtomicFile.WriteText(folder.ReportPath, page.Markup());
        EventFile.Write(folder, store);
        return folder.ReportPath;
    }

    private static void Events(HtmlPage page, RunStore store)
    {
        var events = store.Events();
        if (events.Count == 0)
            return;
        page.Section("Events");
        var table = new HtmlTable("time", "round", "site", "event") { Kind = "options" };
        foreach (var one in events)
            table.Row("set", [one.Time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", System.Globalization.CultureInfo.InvariantCulture), $"{one.Round + 1}", one.Site, one.Message]);
        page.Table(table);
    }
}
