using System.CommandLine;
using RosFL.Cli;
using RosFL.Cli.Commands;

return await CommandLine.RunAsync(new RootCommand("Trains U-shaped medical image networks split between hospitals and servers.")
{
    SimulateCommand.Create(),
    CompareCommand.Create(),
    UpCommand.Create(),
    AggregateCommand.Create(),
    ComputeCommand.Create(),
    SiteCommand.Create(),
    ReportCommand.Create(),
    PredictCommand.Create(),
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
}, args);
