using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Enrolment;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl ca</c>: the certificate authority, run by whoever runs neither server.</summary>
internal static class CaCommand
{
    public static Command Create() => new("ca", "The study's certificate authority: make it, run its service.") { Init(), Serve() };

    /// <summary>The folder of the authority, for the commands that act on it.</summary>
    public static Option<string> Folder() => new("--ca") { HelpName = "DIR", Description = "Folder of the certificate authority.", DefaultValueFactory = _ => "ca" };

    public static Uri Https(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps ? url
        : throw new RosflException(ExitCode.Usage, $"Address '{text}' is no https address: write https://HOST:PORT.");

    private static Command Init()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder for the root and the register of parties; keep it off both servers." };
        var address = new Option<string>("--address") { HelpName = "https://HOST:PORT", Description = "Where parties reach 'rosfl ca serve'.", Required = true };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "Name in the root certificate.", DefaultValueFactory = _ => "rosfl-study" };
        var command = new Command("init", "Make a root certificate and its key.") { folder, address, name };
        command.SetAction(parsed =>
        {
            var url = Https(parsed.GetValue(address)!);
            var authority = new AuthorityFolder(parsed.GetValue(folder)!, TimeProvider.System);
            authority.Create(parsed.GetValue(name)!, url);
            using var root = authority.Open();
            Console.WriteLine($"root: {PartyCertificate.FingerprintOf(root.Root)}");
            Console.WriteLine($"folder: {authority.Path}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Serve()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder that 'rosfl ca init' made." };
        var listen = new Option<string?>("--listen") { HelpName = "ADDRESS:PORT", Description = "Where to listen; without it, on all addresses at the port of the authority's address." };
        var command = new Command("serve", "Answer enrolments and renewals until stopped.") { folder, listen };
        command.SetAction(async (parsed, cancel) =>
        {
            var authority = new AuthorityFolder(parsed.GetValue(folder)!, TimeProvider.System);
            using var credentials = authority.ServiceCredentials();
            await using var service = AuthorityService.Build(authority, credentials, EndPoint(parsed.GetValue(listen), authority),
                logging => logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning));
            await service.StartAsync(cancel);
            Console.WriteLine($"certificate authority at {authority.ServiceAddress}");
            await service.WaitForShutdownAsync(cancel);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static IPEndPoint EndPoint(string? text, AuthorityFolder authority) => text is null ? new(IPAddress.IPv6Any, authority.ServiceAddress.Port)
        : IPEndPoint.TryParse(text, out var point) && point.Port > 0 ? point
        : throw new RosflException(ExitCode.Usage, $"Option '--listen' is '{text}'; it must be ADDRESS:PORT, e.g. 0.0.0.0:7443.");
}
