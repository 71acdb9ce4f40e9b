using System.CommandLine;
using System.Security.Cryptography;
using RosFL.Cli.Display;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl study</c>: the manifest that all parties agree on before a study.</summary>
internal static class StudyCommand
{
    public static Command Create() => new("study", "The study's manifest: make it, look at it, approve it.") { Entry(), StudyNewCommand.Create(), Show(), Approve(), Collect(), Diff(), StudyOfficerCommands.Officer(), StudyOfficerCommands.Override(), StudyConsentCommand.Create(), Secret() };

    private static Command Entry()
    {
        var folder = EnrolCommand.PartyOption();
        var weight = new Option<int>("--weight") { HelpName = "N", Description = "A site's training items of one local epoch: its weight in the mean." };
        var command = new Command("entry", "Print this party's entry for the roster.") { folder, weight };
        command.SetAction(parsed =>
        {
            var place = new PartyFolder(parsed.GetValue(folder)!);
            place.Open(TimeProvider.System).Dispose(); // refuses a folder that is no party's
            Console.Write(StrictJson.Text(place.Entry(parsed.GetValue(weight))));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Show()
    {
        var file = File();
        var command = new Command("show", "Show what a manifest says and who has approved it.") { file };
        command.SetAction(parsed =>
        {
            ManifestView.Print(ApprovedManifest.Load(parsed.GetValue(file)!));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Approve()
    {
        var file = File();
        var folder = EnrolCommand.PartyOption();
        var command = new Command("approve", "Sign a manifest in this party's name, in the file, and keep a copy that the network is held against.") { file, folder };
        command.SetAction(parsed =>
        {
            var place = new PartyFolder(parsed.GetValue(folder)!);
            using var credentials = place.Open(TimeProvider.System);
            using var key = place.LoadKey();
            var approved = ApprovedManifest.Load(parsed.GetValue(file)!).Approve(credentials.Party, key, TimeProvider.System);
            new StudyCopies(place.StudiesPath).Keep(approved);
            approved.Save(parsed.GetValue(file)!);
            AuditLog.Open(place.AuditLogPath, TimeProvider.System).Append(new(AuditEventKind.Approved) { Study = approved.Manifest.Study, Hash = approved.Manifest.Hash });
            ManifestView.Print(approved);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Collect()
    {
        var file = File();
        var others = new Argument<string[]>("OTHER") { Description = "Copies with the approvals of other parties.", Arity = ArgumentArity.ZeroOrMore };
        var folder = EnrolCommand.PartyOption();
        var command = new Command("collect", "Join approvals into one file, and take them over into this party's copy.") { file, others, folder };
        command.SetAction(parsed =>
        {
            var joined = (parsed.GetValue(others) ?? []).Aggregate(ApprovedManifest.Load(parsed.GetValue(file)!), (all, other) => all.With(ApprovedManifest.Load(other)));
            joined.Save(parsed.GetValue(file)!);
            var place = new PartyFolder(parsed.GetValue(folder)!);
            if (place.Exists && new StudyCopies(place.StudiesPath).Studies.Contains(joined.Manifest.Study)) new StudyCopies(place.StudiesPath).Keep(joined);
            Console.WriteLine(joined.Missing.Count == 0 ? "approved by all parties" : $"not approved yet by {string.Join(", ", joined.Missing)}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Secret()
    {
        var command = new Command("secret", "Print a new secret of chance: sitesSecret or ownSecret of a site's configuration.");
        command.SetAction(_ =>
        {
            Console.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Seeds.Length)));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Diff()
    {
        var (ours, theirs) = (new Argument<string>("A") { Description = "A manifest." }, new Argument<string>("B") { Description = "Another one." });
        var command = new Command("diff", "Show what differs between two manifests, one line each: path: B / A.") { ours, theirs };
        command.SetAction(parsed =>
        {
            var differences = ApprovedManifest.Load(parsed.GetValue(ours)!).Manifest.Differences(ApprovedManifest.Load(parsed.GetValue(theirs)!).Manifest);
            foreach (var difference in differences) Console.WriteLine(difference);
            return (int)(differences.Count == 0 ? ExitCode.Success : ExitCode.ManifestDiffers);
        });
        return command;
    }

    private static Argument<string> File() => new("FILE") { Description = "Manifest with its approvals, as 'rosfl study new' wrote it." };
}
