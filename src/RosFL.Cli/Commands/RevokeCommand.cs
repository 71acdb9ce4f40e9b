using System.CommandLine;
using RosFL.Grpc.Enrolment;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl revoke</c>: ends every key that a party had so far.</summary>
internal static class RevokeCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the party." };
        var role = InviteCommand.Role();
        var folder = CaCommand.Folder();
        var command = new Command("revoke", "Revoke a party's certificates; a new invite begins anew with a new key.") { name, role, folder };
        command.SetAction(parsed =>
        {
            var party = new Party(parsed.GetValue(role), parsed.GetValue(name)!);
            var authority = new AuthorityFolder(parsed.GetValue(folder)!, TimeProvider.System);
            var keys = new Registrar(authority).Revoke(party);
            Console.WriteLine($"{party}: {keys} {(keys == 1 ? "key" : "keys")} revoked; parties fetch the list within a minute, or copy {authority.RevokedPath} to their folders");
            return (int)ExitCode.Success;
        });
        return command;
    }
}
