using System.CommandLine;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl audit-log</c>: whether a party's record is as it was written.</summary>
internal static class AuditLogCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "audit-log.jsonl of a party or of the certificate authority." };
        var verify = new Command("verify", "Check the chain of hashes and say the first bad line.") { file };
        verify.SetAction(parsed =>
        {
            var verdict = AuditLog.Verify(parsed.GetValue(file)!);
            if (verdict.BadLine is { } line)
                throw new RosflException(ExitCode.NotTrusted, $"Audit log '{parsed.GetValue(file)}': line {line} {verdict.Reason}; the {verdict.Lines} lines before it are good.");
            Console.WriteLine($"{verdict.Lines} lines, unbroken; last hash {verdict.LastHash}");
            return (int)ExitCode.Success;
        });
        return new("audit-log", "The party's record of what it did and refused.") { verify };
    }
}
