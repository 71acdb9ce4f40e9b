using System.CommandLine;
using RosFL.Grpc.Enrolment;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl invite</c>: one file by which one party enrols.</summary>
internal static class InviteCommand
{
    public static Option<PartyRole> Role() => new("--role") { HelpName = "ROLE", Description = "site, computation-server, aggregation-server or officer.", Required = true, CustomParser = Parse };

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the party, e.g. of the hospital." };
        var role = Role();
        var hosts = new Option<string[]>("--host") { HelpName = "HOST", Description = "DNS name or address of a server, for its certificate; may be given more than once." };
        var address = new Option<string?>("--address") { HelpName = "https://HOST:PORT", Description = "Where this party reaches the authority, if not at the address of 'rosfl ca init'." };
        var folder = CaCommand.Folder();
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "File to write; without it NAME.invite.json." };
        var command = new Command("invite", "Write an invite, good for one enrolment within 60 minutes. Give it to that party alone.") { name, role, hosts, address, folder, output };
        command.SetAction(parsed =>
        {
            var party = new Party(parsed.GetValue(role), parsed.GetValue(name)!);
            var path = parsed.GetValue(output) ?? $"{party.Name}.invite.json";
            NewFile.RequireFree(path);
            var invite = new Registrar(new(parsed.GetValue(folder)!, TimeProvider.System)).Invite(party, parsed.GetValue(hosts) ?? []);
            if (parsed.GetValue(address) is { } own) invite = invite with { Authority = CaCommand.Https(own).GetLeftPart(UriPartial.Authority) };
            KeyStorage.WriteSecret(path, StrictJson.Text(invite));
            Console.WriteLine($"{path}: {party}, until {invite.Expires:u}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static PartyRole Parse(System.CommandLine.Parsing.ArgumentResult result)
    {
        PartyRole[] known = [PartyRole.Site, PartyRole.ComputationServer, PartyRole.AggregationServer, PartyRole.Officer];
        var text = result.Tokens[0].Value;
        var found = Array.FindIndex(known, role => Party.NameOf(role) == text);
        if (found < 0) result.AddError($"Role '{text}' is unknown; it must be one of {string.Join(", ", known.Select(Party.NameOf))}.");
        return found < 0 ? PartyRole.Site : known[found];
    }
}
