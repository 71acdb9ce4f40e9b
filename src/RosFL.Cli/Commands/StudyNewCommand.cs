using System.CommandLine;
using System.Security.Cryptography;
using RosFL.Cli.Display;
using RosFL.Federation;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl study new</c>: a manifest from a run file and the parties' entries.</summary>
internal static class StudyNewCommand
{
    public static Command Create()
    {
        var run = new RunArguments();
        var id = new Option<string>("--id") { HelpName = "STUDY", Description = "The study's id.", Required = true };
        var roster = new Option<string[]>("--roster") { HelpName = "FILE", Description = "Entries that the parties made with 'rosfl study entry'; the order of the sites is the order of all sums.", Required = true, AllowMultipleArgumentsPerToken = true };
        var quorum = new Option<int>("--quorum") { HelpName = "N", Description = "Fewest sites that decide a round; 0 asks for all." };
        var assemble = new Option<bool>("--may-assemble") { Description = "Allow the holders to assemble the whole model after training." };
        var revises = new Option<string?>("--revises") { HelpName = "FILE", Description = "The approved manifest that this one replaces." };
        var statistics = new Option<string[]>("--statistics") { HelpName = "FILE", Description = "What every site made with 'rosfl data statistics', where the run asks for an intensity map or class weights over all sites.", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string>("--out") { HelpName = "FILE", Description = "File to write (never overwritten).", Required = true };
        var command = new Command("new", "Write a study's manifest for all parties to approve.") { id, roster, quorum, assemble, revises, statistics, output };
        run.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output)!;
            NewFile.RequireFree(path);
            var before = parsed.GetValue(revises) is { } file ? ApprovedManifest.Load(file).Manifest : null;
            RosterEntry[] entries = [.. parsed.GetValue(roster)!.Select(StrictJson.Load<RosterEntry>)];
            var (networked, whyOff) = NetworkedRun.Of(WithStatistics(run.Load(parsed), parsed.GetValue(statistics) ?? [], entries), entries.Count(entry => entry.IsSite), RunArguments.Names);
            var options = networked.Options;
            var manifest = Manifest.Create(new()
            {
                Study = parsed.GetValue(id)!,
                Revision = (before?.Terms.Revision ?? 0) + 1,
                Previous = before?.Hash ?? "",
                Run = [],
                Roster = entries,
                Quorum = new() { Sites = parsed.GetValue(quorum) },
                MayAssemble = parsed.GetValue(assemble),
                BodySeed = before?.Terms.BodySeed ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Seeds.Length)),
                InitialWeights = options.Training.InitialWeights is { Length: > 0 } weights ? FileHash.Of(weights) : "",
            }, options);
            var approved = ApprovedManifest.Of(manifest);
            approved.Save(path);
            ManifestView.Print(approved);
            if (whyOff.Length > 0) Console.WriteLine(whyOff);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static RunFile WithStatistics(RunFile run, string[] files, RosterEntry[] entries)
    {
        if (!SiteStatistics.AreNeeded(run.Options)) return run;
        var given = files.Select(StrictJson.Load<SiteStatistics>).ToLookup(s => s.Site);
        string[] sites = [.. entries.Where(e => e.IsSite).Select(e => Party.Parse(e.Party).Name)];
        var lacking = sites.Where(site => given[site].Count() != 1).ToList();
        if (lacking.Count > 0)
            throw new RosflException(ExitCode.Usage, $"The run asks for statistics over all sites, and --statistics has not one file each of {string.Join(", ", lacking)}: let the site run 'rosfl data statistics' with this run file.");
        return SiteStatistics.Agreed(run, [.. sites.Select(site => given[site].Single())], RunArguments.Names);
    }
}
