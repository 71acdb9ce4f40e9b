using System.CommandLine;
using System.Security.Cryptography;
using RosFL.Cli.Display;
using RosFL.Federation;
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
        var output = new Option<string>("--out") { HelpName = "FILE", Description = "File to write (never overwritten).", Required = true };
        var command = new Command("new", "Write a study's manifest for all parties to approve.") { id, roster, quorum, assemble, revises, output };
        run.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output)!;
            if (File.Exists(path)) throw new RosflException(ExitCode.Usage, $"File '{path}' exists: name another with --out, it is not overwritten.");
            var before = parsed.GetValue(revises) is { } file ? ApprovedManifest.Load(file).Manifest : null;
            RosterEntry[] entries = [.. parsed.GetValue(roster)!.Select(StrictJson.Load<RosterEntry>)];
            var (networked, whyOff) = NetworkedRun.Of(run.Load(parsed), entries.Count(entry => entry.IsSite), RunArguments.Names);
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
}
