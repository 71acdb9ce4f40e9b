using System.CommandLine;
using RosFL.Grpc.Enrolment;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl renew</c>: later dates for the certificate of the same key; running parties do it by themselves.</summary>
internal static class RenewCommand
{
    public static Command Create()
    {
        var folder = EnrolCommand.PartyOption();
        var due = new Option<bool>("--if-due") { Description = "Do nothing before two thirds of the lifetime have passed." };
        var command = new Command("renew", "Renew this party's certificate.") { folder, due };
        command.SetAction(async (parsed, cancel) =>
        {
            var place = new PartyFolder(parsed.GetValue(folder)!);
            using var credentials = place.Open(TimeProvider.System);
            var when = CertificateRenewal.Due(credentials.Certificate);
            if (parsed.GetValue(due) && TimeProvider.System.GetUtcNow() < when)
            {
                Console.WriteLine($"not due before {when.ToUniversalTime():u}");
                return (int)ExitCode.Success;
            }

            var client = new EnrolmentClient(place, TimeProvider.System);
            credentials.Revocations.Take(await client.RevokedAsync(credentials, cancel), "The certificate authority's");
            using var renewed = await client.RenewAsync(credentials, cancel);
            Console.WriteLine($"{credentials.Party}: certificate good until {renewed.NotAfter.ToUniversalTime():u}");
            return (int)ExitCode.Success;
        });
        return command;
    }
}
