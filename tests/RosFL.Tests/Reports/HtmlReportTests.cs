using System.Text.RegularExpressions;
using System.Xml.Linq;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Reports;

public sealed partial class HtmlReportTests
{
    /// <summary>Proves that the page stands alone, is well-formed, escapes names, states the convention, and has every section. ROSFL_KEEP_REPORT keeps a copy to look at.</summary>
    [Fact]
    public void Write_ofARun_makesOneSelfContainedPage()
    {
        using var temporary = new TemporaryFolder();
        using var folder = MadeUpRun.Make(temporary);
        var page = File.ReadAllText(HtmlReport.Write(folder));
        if (Environment.GetEnvironmentVariable("ROSFL_KEEP_REPORT") is { Length: > 0 } copy)
            File.WriteAllText(copy, page);
        Assert.Empty(Outside().Matches(page));
        Assert.DoesNotContain("<hospital>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.Contains("HU window [−160, 240], data range 400.", page, StringComparison.Ordinal);
        foreach (var heading in new[] { "Test", "Unseen sites", "Images", "Training", "Drift and correction", "Cost", "Sites", "Options", "Events" })
            Assert.Contains($"<h2>{heading}</h2>", page, StringComparison.Ordinal);
        Assert.Equal(8, Picture().Count(page));
        foreach (Match svg in Drawing().Matches(page))
            XElement.Parse(svg.Value);
        Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "tensorboard")));
    }

    /// <summary>Proves that drift which sites hide is not drawn as 0, and that the page says why it is not there.</summary>
    [Fact]
    public void Write_ofSitesThatHideTheirDrift_saysSo()
    {
        using var temporary = new TemporaryFolder();
        using var folder = MadeUpRun.Make(temporary, round => round with { Sites = [.. round.Sites.Select(site => site.WithoutDrift() with { DriftBody = 0.5 })] });
        var page = File.ReadAllText(HtmlReport.Write(folder));
        Assert.Contains("sites do not tell the drift of heads and tails.", page, StringComparison.Ordinal);
        Assert.Contains("Drift of bodies", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Drift of heads", page, StringComparison.Ordinal);
        Assert.Contains("hidden", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    /// <summary>Proves that a run with no round yet has a report too.</summary>
    [Fact]
    public void Write_beforeTheFirstRound_works()
    {
        using var temporary = new TemporaryFolder();
        using var folder = RunFolder.Create(RunFolderTests.Run(temporary));
        Assert.Contains("0 of 10", File.ReadAllText(HtmlReport.Write(folder)), StringComparison.Ordinal);
    }

    [GeneratedRegex("(src|href)=\"(?!data:)|url\\(|<script|@import")]
    private static partial Regex Outside();

    [GeneratedRegex("<img ")]
    private static partial Regex Picture();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Drawing();
}
