using System.CommandLine;
using System.Security.Cryptography;
using RosFL.Grpc.Trust;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl study officer</c> and <c>rosfl study override</c>: the data-protection officer's key, and the decision that it signs.</summary>
internal static class StudyOfficerCommands
{
    public static Command Officer()
    {
        var output = new Option<string>("--out") { HelpName = "NAME", Description = "Writes NAME.key.pem, which stays with the officer, and NAME.pem, which the site's configuration names.", Required = true };
        var command = new Command("officer", "Make the key with which a site's data-protection officer signs.") { output };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(output)!;
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            KeyStorage.WriteKey($"{name}.key.pem", key);
            AtomicFile.WriteText($"{name}.pem", key.ExportSubjectPublicKeyInfoPem() + "\n");
            Console.WriteLine($"{name}.key.pem stays with the officer; name {name}.pem as 'officer' in the site's configuration");
            return (int)ExitCode.Success;
        });
        return command;
    }

    public static Command Override()
    {
        var file = new Argument<string>("FILE") { Description = "The study's manifest." };
        var site = new Option<string>("--site") { HelpName = "NAME", Description = "The site that is to join.", Required = true };
        var audit = new Option<string>("--audit") { HelpName = "FILE", Description = "audit.json of the site.", Required = true };
        var key = new Option<string>("--key") { HelpName = "FILE", Description = "The officer's key.", Required = true };
        var officer = new Option<string>("--officer") { HelpName = "NAME", Description = "Who decides.", Required = true };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why; it stands in the audit log.", Required = true };
        var output = new Option<string>("--out") { HelpName = "FILE", Description = "File to write.", Required = true };
        var command = new Command("override", "Sign, as the site's officer, that it joins although the audit of the study's cut is not green or amber.") { file, site, audit, key, officer, reason, output };
        command.SetAction(parsed =>
        {
            var manifest = ApprovedManifest.Load(parsed.GetValue(file)!).Manifest;
            var verdict = CutVerdict.Of(parsed.GetValue(audit)!, manifest.Run, parsed.GetValue(site)!);
            Console.WriteLine($"study {manifest.Study}, cut {verdict.Cut}: {verdict.Finding}");
            if (verdict.IsAllowed) throw new RosflException(ExitCode.Usage, $"The audit of cut '{verdict.Cut}' lets the site join as it is: nothing is to be signed.");
            using var signing = KeyStorage.LoadKey(parsed.GetValue(key)!);
            var decision = new AuditOverride(manifest.Study, manifest.Hash, parsed.GetValue(site)!, verdict.Cut, verdict.Images, verdict.Labels,
                parsed.GetValue(officer)!, parsed.GetValue(reason)!, TimeProvider.System.GetUtcNow());
            decision.Save(parsed.GetValue(output)!, signing);
            Console.WriteLine($"signed: {parsed.GetValue(output)}");
            return (int)ExitCode.Success;
        });
        return command;
    }
}
