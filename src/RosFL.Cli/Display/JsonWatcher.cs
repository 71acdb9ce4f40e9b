using System.Text.Json;
using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Cli.Display;

/// <summary>Every event as one line: {"event":"committed", ...}.</summary>
internal sealed class JsonWatcher : Watcher
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
    private readonly Lock gate = new();

    public override void Show(SimulationProgress progress) => Write(progress switch
    {
        SimulationProgress.Phase p => new { Event = "phase", p.Text },
        SimulationProgress.Began b => new { Event = "began", b.Round, b.StepsPerRound },
        SimulationProgress.Stepped s => new { Event = "step", s.Step },
        SimulationProgress.Committed c => new { Event = "committed", c.Round },
        SimulationProgress.Scored s => (object)new { Event = "scored", s.Scores },
        _ => new { Event = progress.GetType().Name },
    });

    public override void Finish(RunFolder folder) => Write(new { Event = "finished", Folder = folder.Path, Report = folder.ReportPath });

    private void Write(object line)
    {
        lock (gate) Console.WriteLine(JsonSerializer.Serialize(line, Options));
    }
}
