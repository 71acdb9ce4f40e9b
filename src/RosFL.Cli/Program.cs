using System.CommandLine;
using RosFL.Cli;
using RosFL.Cli.Commands;

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
return await CommandLine.RunAsync(root, args);
