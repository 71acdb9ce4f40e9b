using RosFL.Federation;
using RosFL.Runs;
using Spectre.Console;

namespace RosFL.Cli.Display;

/// <summary>Bars for the study and for every site's round, with the time left; finished rounds scroll by above them.</summary>
internal sealed class LiveWatcher(RunOptions run) : Watcher
{
    private readonly Lines lines = new(run);
    private readonly Lock gate = new();
    private readonly Dictionary<string, ProgressTask> sites = [];
    private ProgressContext? context;
    private ProgressTask? study;

    public override Task WatchAsync(Func<Task> work) => AnsiConsole.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
        .StartAsync(async shown =>
        {
            context = shown;
            await work();
        });

    public override void Show(SimulationProgress progress)
    {
        lock (gate)
            switch (progress)
            {
                case SimulationProgress.Phase p:
                    AnsiConsole.MarkupLineInterpolated($"[grey]{p.Text}[/]");
                    break;
                case SimulationProgress.Began b:
                    Begin(b);
                    break;
                case SimulationProgress.Stepped s:
                    study?.Increment(1);
                    if (sites.TryGetValue(s.Step.Site, out var bar)) Advance(bar, s.Step);
                    break;
                case SimulationProgress.Committed c:
                    AnsiConsole.MarkupLineInterpolated($"{lines.Round(c.Round)}");
                    foreach (var task in sites.Values) task.Value = 0;
                    break;
                case SimulationProgress.Scored s when lines.Scores(s.Scores) is { } line:
                    AnsiConsole.MarkupLineInterpolated($"[grey]{line}[/]");
                    break;
            }
    }

    public override void Finish(RunFolder folder) => AnsiConsole.MarkupLineInterpolated($"report: [green]{folder.ReportPath}[/]");

    private void Begin(SimulationProgress.Began began)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{lines.Title}[/]");
        var perRound = began.StepsPerRound.Values.Sum();
        study = context!.AddTask("study", maxValue: (double)perRound * run.Rounds);
        study.Value = (double)perRound * began.Round;
        foreach (var (site, steps) in began.StepsPerRound) sites[site] = context.AddTask(Markup.Escape(site), maxValue: steps);
    }

    private static void Advance(ProgressTask bar, StepRecord step)
    {
        bar.Value = step.Step + 1;
        bar.Description = Markup.Escape($"{step.Site}  loss {step.Loss:0.0000}");
    }
}
