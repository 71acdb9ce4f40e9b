using System.CommandLine;
using RosFL.Grpc.Enrolment;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl enrol</c>: makes this machine a party, with a key that stays here.</summary>
internal static class EnrolCommand
{
    /// <summary>The folder of this party, for the commands that speak in its name.</summary>
    public static Option<string> PartyOption() => new("--party") { HelpName = "DIR", Description = "Folder of this party: its key, certificate, approved studies, audit log.", DefaultValueFactory = _ => "party" };

    public static Command Create()
    {
        var file = new Argument<string>("INVITE") { Description = "The file that 'rosfl invite' wrote." };
        var folder = PartyOption();
        var command = new Command("enrol", "Make a key here and get a certificate for it.") { file, folder };
        command.SetAction(async (parsed, cancel) =>
        {
            var place = new PartyFolder(parsed.GetValue(folder)!);
            var party = await new EnrolmentClient(place, TimeProvider.System).EnrolAsync(Invite.Load(parsed.GetValue(file)!), cancel);
            using var credentials = place.Open(TimeProvider.System);
            Console.WriteLine($"{party} enrolled in {place.Path}");
            Console.WriteLine($"key: {credentials.Key}");
            Console.WriteLine($"certificate good until {credentials.Certificate.NotAfter.ToUniversalTime():u}, renewed after {CertificateRenewal.Due(credentials.Certificate).ToUniversalTime():u}");
            return (int)ExitCode.Success;
        });
        return command;
    }
}
