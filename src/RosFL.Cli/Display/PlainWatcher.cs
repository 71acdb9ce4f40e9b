using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Cli.Display;

/// <summary>One line a round, for pipes and log files.</summary>
internal sealed class PlainWatcher(RunOptions run) : Watcher
{
    private readonly Lines lines = new(run);

    public override void Show(SimulationProgress progress)
    {
        var line = progress switch
        {
            SimulationProgress.Phase p => p.Text,
            SimulationProgress.Began b => lines.Title + (b.Round > 0 ? $", going on with round {b.Round + 1}" : ""),
            SimulationProgress.Committed c => lines.Round(c.Round),
            SimulationProgress.Scored s => lines.Scores(s.Scores),
            _ => null,
        };
        if (line is not null) Console.WriteLine(line);
    }

    public override void Finish(RunFolder folder) => Console.WriteLine($"report: {folder.ReportPath}");
}
