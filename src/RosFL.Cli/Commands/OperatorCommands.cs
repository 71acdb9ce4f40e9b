using System.CommandLine;
using System.Globalization;
using RosFL.Runs;
using Spectre.Console;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl status, pause, resume, abort</c>: an operator and a run that goes on at the aggregation server of this machine.</summary>
internal static class OperatorCommands
{
    private const int ShownEvents = 5;

    public static IEnumerable<Command> Create() =>
    [
        Order("pause", "Pause a study after the round in progress; sites stay connected.", OperatorWish.Pause),
        Order("resume", "Let a paused study go on.", OperatorWish.Run),
        Order("abort", "End a study now; its committed rounds stay, and started again it goes on from them.", OperatorWish.Abort),
        Status(),
    ];

    private static Argument<string> Folder() => new("RUNFOLDER") { Description = "The run folder at the aggregation server." };

    private static Command Order(string name, string description, OperatorWish wish)
    {
        var path = Folder();
        var command = new Command(name, description) { path };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(path)!);
            new OperatorOrder(folder.Path, TimeProvider.System).Give(wish);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Status()
    {
        var path = Folder();
        var command = new Command("status", "Show where a study stands: rounds, sites, last events, time left.") { path };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(path)!);
            using var store = RunStore.Open(folder.StorePath);
            Print(folder, store);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void Print(RunFolder folder, RunStore store)
    {
        var (run, rounds) = (folder.Run.Options, store.Rounds());
        var wish = new OperatorOrder(folder.Path, TimeProvider.System).Current;
        AnsiConsole.MarkupLineInterpolated($"[bold]{run.Name}[/]: {run.Algorithm.Name}, {rounds.Count} of {run.Rounds} rounds committed{(wish == OperatorWish.Run ? "" : $", order: {wish}")}");
        if (store.Ledger.Last(run.Name) is { } last) Console.WriteLine($"last attempt: {last.Key}, {last.Stage}");
        if (rounds.Count > 0 && rounds.Count < run.Rounds)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"time left: about {TimeSpan.FromSeconds(rounds.TakeLast(10).Average(r => r.Seconds) * (run.Rounds - rounds.Count)):hh\\:mm\\:ss}"));
        var table = new Table().Border(TableBorder.Rounded).AddColumns("site", "training images", "last round", "steps", "loss");
        foreach (var site in store.Sites())
        {
            var round = rounds.LastOrDefault(r => r.Sites.Any(s => s.Site == site.Site));
            var figures = round?.Sites.First(s => s.Site == site.Site);
            table.AddRow(Markup.Escape(site.Site), Number(site.Train), round is null ? "-" : Number(round.Round + 1), Number(figures?.Steps ?? 0),
                figures is null ? "-" : figures.Loss.ToString("0.00000", CultureInfo.InvariantCulture));
        }
        AnsiConsole.Write(table);
        foreach (var told in store.Events().TakeLast(ShownEvents)) Console.WriteLine($"{told.Time:yyyy-MM-dd HH:mm:ss}  {told.Message}");
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
