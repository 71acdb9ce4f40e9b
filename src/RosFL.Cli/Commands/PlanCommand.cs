using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RosFL.Cli.Display;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Planning;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Training;
using Spectre.Console;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl plan</c>: what every cut would cost on this machine and this line, beside what it gains and leaks.</summary>
internal static class PlanCommand
{
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var run = new RunArguments();
        var site = new Option<string?>("--site") { HelpName = "NAME", Description = "The site to plan for; default: the run's first." };
        var bandwidth = new Option<double>("--bandwidth") { HelpName = "MBIT", DefaultValueFactory = _ => 100, Description = "The site's line in Mbit/s, each way." };
        var latency = new Option<double>("--latency") { HelpName = "MS", DefaultValueFactory = _ => 20, Description = "Round trip to either server in ms." };
        var sites = new Option<int?>("--sites") { HelpName = "N", Description = "Sites of the study; default: the run's." };
        var audit = new Option<string?>("--audit") { HelpName = "FILE", Description = "audit.json of an audit; default: where 'rosfl audit' puts it." };
        var json = new Option<bool>("--json") { Description = "One JSON object, for machines." };
        var command = new Command("plan", "Time, traffic, load, gain and leak of every cut, from ten seconds of measurement.") { site, bandwidth, latency, sites, audit, json };
        run.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var file = run.Load(parsed);
            var (mbit, ms) = (parsed.GetValue(bandwidth), parsed.GetValue(latency));
            if (mbit <= 0 || ms < 0) throw new RosflException(ExitCode.Usage, $"A line of {mbit} Mbit/s and {ms} ms cannot be: --bandwidth is above 0, --latency 0 or more.");
            using var thread = new TorchThread("plan", file.Options.Machine.Threads);
            return thread.RunAsync(() =>
            {
                var all = SiteImages.Open(file.Options);
                var own = all.FirstOrDefault(s => s.Site == (parsed.GetValue(site) ?? all[0].Site))
                    ?? throw new RosflException(ExitCode.Usage, $"Site '{parsed.GetValue(site)}' is not in this run: choose one of {string.Join(", ", all.Select(s => s.Site))}.");
                var (audits, whyLeftOut) = AuditSummary.Read(parsed.GetValue(audit) ?? Path.Combine("runs", "audits", $"{file.Options.Name}-{own.Site}", "audit.json"), file.Options, own.Site);
                var count = parsed.GetValue(sites) ?? all.Count;
                var networked = NetworkedRun.Of(file, count, RunArguments.Names);
                var plan = new StudyPlan(networked.Run.Options, own, count, new(mbit * 1e6 / 8, TimeSpan.FromMilliseconds(ms)), audits);
                var lines = plan.Lines(Measuring, cancellation);
                if (parsed.GetValue(json)) Console.WriteLine(Json(networked, own.Site, count, plan.Steps, lines, whyLeftOut));
                else Print(networked, own.Site, count, plan.Steps, lines, whyLeftOut);
                return (int)ExitCode.Success;
            });
        });
        return command;
    }

    private static string Json(NetworkedRun networked, string site, int sites, int stepsPerRound, IReadOnlyList<PlanLine> lines, string auditLeftOut) =>
        JsonSerializer.Serialize(new { site, sites, secureAggregation = Kind(networked), stepsPerRound, lines, auditLeftOut }, JsonSerializerOptions.Web);

    private static void Print(NetworkedRun networked, string site, int sites, int steps, IReadOnlyList<PlanLine> lines, string whyLeftOut)
    {
        var run = networked.Run.Options;
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape($"{run.Name}, site {site}: {steps} steps a round, {run.Rounds} rounds"))
            .AddColumns("", "cut", "site params", "site MMACs", "site memory", "bytes/step", "bytes/round", "bytes/study", "step", "round", "server cores", "gain", "leak", "label leak");
        foreach (var line in lines)
            table.AddRow(line.IsUnbeaten ? "[green]*[/]" : "", line.Cut, Count(line.SiteParameters), Count(line.SiteMacs / 1_000_000), Lines.Bytes(line.SiteBytes), Lines.Bytes(line.BytesPerStep), Lines.Bytes(line.BytesPerRound),
                Lines.Bytes(line.BytesPerStudy), Lines.Time(line.Step.TotalSeconds), Lines.Time(line.Round.TotalSeconds), line.ServerCores.ToString("0.0", CultureInfo.InvariantCulture), Number(line.Gain), Number(line.Leak, line.IsLeakInconclusive), Number(line.MaskLeak, line.IsMaskLeakInconclusive));
        AnsiConsole.Write(table);
        Console.WriteLine($"Planned over a network of {sites} sites, secure aggregation '{Kind(networked)}': {RoundMerges.BytesPerValue(run)} bytes each way for every merged number. {networked.WhyOff}".TrimEnd());
        Console.WriteLine(LeftOut(run, lines[0]));
        Console.WriteLine("*: no other cut is at least as good in everything shown and better in something. Gain and leak need 'rosfl audit'; '?' is inconclusive: more may leak.");
        if (whyLeftOut.Length > 0) Console.WriteLine(whyLeftOut);
    }

    /// <summary>What travels beside bytes/round, in figures of the first cut.</summary>
    private static string LeftOut(RunOptions run, PlanLine line)
    {
        var state = line.BytesSealed == 0 ? "" : $"the new state that one of the sites seals each round ({Lines.Bytes(line.BytesSealed)}); ";
        return $"Not in bytes/round, at cut '{line.Cut}': scoring validation images every {run.Evaluation.Every} rounds (about {Lines.Bytes(line.BytesPerScoring)}) and testing once; {state}"
            + $"frames and TLS (at most {StudyPlan.FrameShare:0.0 %}, {Lines.Bytes(StudyPlan.FrameBytesPerStep)} a step and {Lines.Bytes(StudyPlan.FrameBytesPerRound)} a round); what is sent again after a failure.";
    }

    private static string Kind(NetworkedRun networked) => networked.Run.Options.Privacy.SecureAggregation.ToString().ToLowerInvariant();

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? value, bool isInconclusive = false) => value is { } number ? number.ToString("0.000", CultureInfo.InvariantCulture) + (isInconclusive ? "?" : "") : "–";
}
