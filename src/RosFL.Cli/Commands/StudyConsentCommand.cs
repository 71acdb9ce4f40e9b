using System.CommandLine;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl study consent</c>: a holder agrees that one site assembles the whole model.</summary>
internal static class StudyConsentCommand
{
    public static Command Create()
    {
        var study = new Argument<string>("STUDY") { Description = "The id of a manifest that this party approved." };
        var to = new Option<string>("--to") { HelpName = "SITE", Description = "The site that may assemble the whole model.", Required = true };
        var folder = EnrolCommand.PartyOption();
        var command = new Command("consent", "Print this party's signed consent that a site assembles the whole model after training; every site and the computation server give theirs.") { study, to, folder };
        command.SetAction(parsed =>
        {
            var place = new PartyFolder(parsed.GetValue(folder)!);
            using var credentials = place.Open(TimeProvider.System);
            using var key = place.LoadKey();
            var manifest = new StudyCopies(place.StudiesPath).Open(parsed.GetValue(study)!).Manifest;
            var consent = Consent.Of(manifest, credentials.Party, new(PartyRole.Site, parsed.GetValue(to)!), key, TimeProvider.System);
            AuditLog.Open(place.AuditLogPath, TimeProvider.System).Append(new(AuditEventKind.Consented) { Study = manifest.Study, Party = consent.Assembler, Hash = manifest.Hash });
            Console.Write(StrictJson.Text(consent));
            return (int)ExitCode.Success;
        });
        return command;
    }
}
