using System.CommandLine;
using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Training;
using Spectre.Console;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl audit</c>: what can be read back from what would leave one site, for every cut.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var run = new RunArguments();
        var site = new Option<string?>("--site") { HelpName = "NAME", Description = "The site to audit; default: the run's first." };
        var auxiliary = new Option<string?>("--auxiliary") { HelpName = "NAME", Description = "Let the attackers learn from this site's images instead of the site's own." };
        var output = new Option<string?>("--out") { HelpName = "DIR", Description = "Folder for results and report; default: runs/audits/RUN-SITE." };
        var command = new Command("audit", "Measure what can be read back from what leaves a site, for the run's own cut and then for every depth, as it is and with 4, 2 and 1 channels at strides 2 and 4 (RED-CNN also at 8); audit.cuts names others. About four minutes a cut on two cores for labelled patches of 64 pixels; the attackers share the cores, and the same command goes on where it stopped.") { site, auxiliary, output };
        run.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = run.Load(parsed).Options;
            return ResumableAsync(() => AuditAsync(options, parsed.GetValue(site), parsed.GetValue(auxiliary), parsed.GetValue(output), cancellation));
        });
        return command;
    }

    private static async Task<int> ResumableAsync(Func<Task<int>> audit)
    {
        try
        {
            return await audit();
        }
        catch (OperationCanceledException)
        {
            throw new RosflException(ExitCode.Interrupted, "Interrupted; the cuts that were done are kept: the same command goes on.");
        }
    }

    private static async Task<int> AuditAsync(RunOptions run, string? site, string? auxiliary, string? output, CancellationToken cancellation)
    {
        // what leaves a site is audited as it is, not as an augmentation changes it
        var sites = SiteImages.Open(run with { Augmentation = new() });
        var own = site is null ? sites[0] : Named(sites, site);
        var folder = new AuditFolder(output ?? Path.Combine("runs", "audits", $"{run.Name}-{own.Site}"), run, own.Site, auxiliary);
        // attackers are many and small: they share the run's threads, one each
        using var crew = new TorchCrew(Enumerable.Range(0, run.Machine.Threads * run.Machine.Workers).Select(i => $"audit-{i}"), threads: 1);
        var audit = new LeakageAudit(run, own, auxiliary is null ? null : Named(sites, auxiliary), crew, AnsiConsole.WriteLine);
        var cuts = CutName.Candidates(run);
        foreach (var cut in cuts.Where(c => !folder.Has(c)))
        {
            var (result, pictures) = await audit.AuditAsync(cut, cancellation);
            folder.Write(result, pictures);
            folder.Report(own.Site, folder.Results(cuts));
        }
        var results = folder.Results(cuts);
        folder.Report(own.Site, results);
        Print(run, own.Site, results);
        Console.WriteLine($"Report: {folder.ReportPath}");
        return (int)ExitCode.Success;
    }

    private static SiteImages Named(IReadOnlyList<SiteImages> sites, string name) => sites.FirstOrDefault(s => s.Site == name)
        ?? throw new RosflException(ExitCode.Usage, $"Site '{name}' is not in this run: choose one of {string.Join(", ", sites.Select(s => s.Site))}.");

    private static void Print(RunOptions run, string site, IReadOnlyList<CutAudit> results)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape($"{run.Name}, site {site}"))
            .AddColumns("cut", "images", "leak", "strongest attack", "labels", "label leak", "score", "gain", "bytes/image");
        foreach (var r in results)
            table.AddRow(r.Cut, Coloured(r.Grade(run.Audit.Limits)), $"{r.Leak:0.000}", Markup.Escape(r.Strongest.Attacker), r.MaskGrade(run.Audit.Limits) is { } grade ? Coloured(grade) : "–",
                r.MaskLeak is { } leak ? $"{leak:0.000}" : "–", $"{r.Score:0.000}", $"{Math.Round(r.Gain, 3) + 0.0:+0.000;-0.000}", Display.Lines.Bytes(r.BytesPerImage)); // -0.0 + 0.0 is 0.0
        AnsiConsole.Write(table);
    }

    private static string Coloured(AuditGrade grade) => grade switch
    {
        AuditGrade.Green => "[green]green[/]",
        AuditGrade.Amber => "[yellow]amber[/]",
        AuditGrade.Red => "[red]red[/]",
        _ => "[gray]inconclusive[/]",
    };
}
