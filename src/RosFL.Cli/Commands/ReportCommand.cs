using System.CommandLine;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl report</c>: writes a run folder's report again.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("RUNFOLDER") { Description = "A folder that 'rosfl simulate' made." };
        var command = new Command("report", "Write the HTML report and the TensorBoard files of a run.") { path };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(path)!).WithStore();
            HtmlReport.Write(folder);
            Console.WriteLine(folder.ReportPath);
            return (int)ExitCode.Success;
        });
        return command;
    }
}
