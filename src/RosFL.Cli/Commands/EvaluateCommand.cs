using System.CommandLine;
using RosFL.Cli.Display;
using RosFL.Federation;
using RosFL.Grpc.Hosting;
using RosFL.Models;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl evaluate</c>: the global model scored at every site, by the aggregation server.</summary>
internal static class EvaluateCommand
{
    private const string Help = """
        Score the best round's global model on every site's test images, over the wire; only scores leave a site. Run it at the aggregation server with the
        configuration of 'rosfl aggregate', after training, while 'rosfl compute' runs and every site runs 'rosfl site'. Each site then also has the
        model that it predicts with.
        """;

    public static Command Create()
    {
        var config = new Argument<string>("CONFIG") { Description = "Configuration of 'rosfl aggregate', JSON." };
        var only = new Option<string?>("--study") { HelpName = "STUDY", Description = "One study of the configuration; without it all." };
        var command = new Command("evaluate", Help) { config, only };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = Narrowed(PartyOptions.Load<AggregateOptions>(parsed.GetValue(config)!), parsed.GetValue(only));
            using var parent = ParentProcess.Follow(cancellation);
            await AggregationServer.RunAsync(options, RunArguments.Names, Show, Print, TimeProvider.System, parent.Token, (study, stop) => study.EvaluateAsync(stop));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static AggregateOptions Narrowed(AggregateOptions options, string? study) => study is null ? options
        : options.Studies.Any(s => s.Study == study) ? options with { Studies = [.. options.Studies.Where(s => s.Study == study)] }
        : throw new RosflException(ExitCode.Usage, $"The configuration has no study '{study}'; {NearestName.Suggest(study, [.. options.Studies.Select(s => s.Study)])}");

    private static void Show(Study study, SimulationProgress progress)
    {
        if (progress is SimulationProgress.Phase phase) Console.WriteLine($"{study.Id}: {phase.Text}");
    }

    private static void Print(RunFolder folder)
    {
        using var store = RunStore.Open(folder.StorePath);
        var test = store.Scores("test");
        ScoresView.Print(ModelFacts.ScoresOf(test.Where(score => score.Round == test.Max(t => t.Round))));
    }
}
