using System.CommandLine;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl</c>: all commands.</summary>
internal static class RosflCommand
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Trains U-shaped medical image networks split between hospitals and servers.")
        {
            SimulateCommand.Create(),
            CompareCommand.Create(),
            UpCommand.Create(),
            AggregateCommand.Create(),
            ComputeCommand.Create(),
            SiteCommand.Create(),
            EvaluateCommand.Create(),
            ReportCommand.Create(),
            PredictCommand.Create(),
            AssembleCommand.Create(),
            InitCommand.Create(),
            NetworkCommand.Create(),
            AuditCommand.Create(),
            PlanCommand.Create(),
            DataCommand.Create(),
            DoctorCommand.Create(),
            CaCommand.Create(),
            InviteCommand.Create(),
            EnrolCommand.Create(),
            RenewCommand.Create(),
            RevokeCommand.Create(),
            StudyCommand.Create(),
            AuditLogCommand.Create(),
        };
        foreach (var command in OperatorCommands.Create()) root.Subcommands.Add(command);
        root.Options.Add(CommandLine.Verbose);
        root.Options.Add(CommandLine.Log);
        return root;
    }
}
