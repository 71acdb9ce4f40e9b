using System.CommandLine;
using RosFL.Federation;
using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Cli;

/// <summary>The arguments by which commands name a run: a file, the place of the data, single options.</summary>
internal sealed class RunArguments
{
    private readonly Argument<string?> file = new("RUN.json") { Arity = ArgumentArity.ZeroOrOne, Description = "Run file; without one, low-dose CT on built-in phantoms." };
    private readonly Option<string?> data = new("--data") { HelpName = "DIR", Description = "Where the data is: sets data.path." };
    private readonly Option<string[]> set = new("--set") { HelpName = "path=value", Description = "Sets one option of the run file, e.g. --set algorithm.strength=0.2.", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        command.Arguments.Add(file);
        command.Options.Add(data);
        command.Options.Add(set);
    }

    /// <summary>Reads and checks the run, settles its threads, and prepares libtorch's environment; nothing of libtorch is loaded yet.</summary>
    public RunFile Load(ParseResult parsed)
    {
        List<string> overrides = [.. parsed.GetValue(set) ?? []];
        if (parsed.GetValue(data) is { } path) overrides.Add("data.path=" + System.Text.Json.JsonSerializer.Serialize(Path.GetFullPath(path)));
        var run = parsed.GetValue(file) is { } name ? RunFile.Load(name, overrides, Names) : RunFile.Parse(DefaultRun(), "the default run", overrides, Names);
        return Settle(run);
    }

    /// <summary>The run with its number of threads written down, since it decides bits.</summary>
    public static RunFile Settle(RunFile run)
    {
        var machine = run.Options.Machine;
        if (machine.Threads == 0) run = run.With([$"machine.threads={Math.Max(1, Environment.ProcessorCount / Math.Max(1, machine.Workers))}"], Names);
        TorchEnvironment.Prepare(run.Options.Machine.Threads);
        return run;
    }

    /// <summary>What the catalogues know.</summary>
    public static RunNames Names => new()
    {
        Algorithms = Algorithms.Names.ToDictionary(n => n, Algorithms.OptionsOf),
        Split = Algorithms.Names.Where(Algorithms.IsSplit).ToHashSet(),
        Networks = NetworkCatalog.Names.ToDictionary(n => n, NetworkCatalog.OptionsOf),
    };

    private static string DefaultRun()
    {
        using var stream = typeof(RunArguments).Assembly.GetManifestResourceStream("default.json")!; // embedded by the project file
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
