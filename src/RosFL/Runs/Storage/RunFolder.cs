using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>
/// The folder of one run. It is never overwritten: a second run of the name gets <c>name-2</c>. Open for writing, it is locked against
/// other processes; every file in it but the step log is written atomically.
/// <code>
/// run.json            what the run file set, with the command line's changes; can be run again
/// effective.json      every option with its default filled in; what --resume compares
/// store.db            rounds, sites, scores, events (SQLite)
/// checkpoints/        round-000012.safetensors: the last two and the best
/// splits.json         which subject of which site is in training, validation and test
/// foreground.json     the intensity map that all sites agreed on, with preprocessing.intensity ct-foreground
/// steps.jsonl         every step, with output.steps
/// rounds.safetensors  every round's weights, with output.roundWeights (rounds/ while the run goes on)
/// strips/             images of the report
/// report.html
/// </code>
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const string LockName = "lock";

    private readonly FileStream? guard;

    private RunFolder(string path, RunFile run, FileStream? guard) => (Path, Run, this.guard) = (path, run, guard);

    public string Path { get; }

    public RunFile Run { get; }

    public string StorePath => In("store.db");

    public string CheckpointsPath => In("checkpoints");

    public string SplitsPath => In("splits.json");

    public string ForegroundPath => In("foreground.json");

    public string StepsPath => In("steps.jsonl");

    public string RoundsPath => In("rounds.safetensors");

    public string RoundPartsPath => In("rounds");

    public string PredictionsPath => In("predictions.safetensors");

    public string StripsPath => In("strips");

    public string ReportPath => In("report.html");

    /// <summary>Makes the first free of <c>name</c>, <c>name-2</c>, ... below <c>output.folder</c>, and locks it.</summary>
    public static RunFolder Create(RunFile run)
    {
        foreach (var path in Candidates(run.Options))
        {
            if (TryTake(path) is not { } guard)
                continue;
            AtomicFile.WriteText(System.IO.Path.Combine(path, "run.json"), run.Json());
            AtomicFile.WriteText(System.IO.Path.Combine(path, "effective.json"), run.EffectiveJson());
            return new(path, run, guard);
        }

        throw new InvalidOperationException("There are always more numbers.");
    }

    /// <summary>Opens the newest folder of the run's name to go on with it, or makes one when there is none.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.CannotResume"/>: the folder's run file differs, or another process uses it.</exception>
    public static RunFolder Resume(RunFile run)
    {
        var path = Candidates(run.Options).TakeWhile(Directory.Exists).LastOrDefault(folder => File.Exists(System.IO.Path.Combine(folder, "effective.json")));
        if (path is null)
            return Create(run);
        var guard = Lock(path, FileMode.OpenOrCreate) ?? throw new RosflException(ExitCode.CannotResume,
            $"Run folder '{path}' is in use by another process: wait until it has ended, or end it.");
        try
        {
            RefuseOtherRun(path, run);
            AtomicFile.Sweep(path);
            foreach (var folder in Directory.EnumerateDirectories(path))
                AtomicFile.Sweep(folder);
            return new(path, run, guard);
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    /// <summary>Opens a folder to read it, for reports; also while the run goes on.</summary>
    public static RunFolder Open(string path)
    {
        var file = System.IO.Path.Combine(path, "run.json");
        return File.Exists(file)
            ? new(path, RunFile.Load(file), null)
            : throw new RosflException(ExitCode.InvalidFile, $"Folder '{path}' is no run folder: it has no run.json; give a folder that 'rosfl simulate' made.");
    }

    /// <summary>The folder, which must have its store: one that lost it would look like a run without rounds.</summary>
    /// <exception cref="RosflException">There is none.</exception>
    public RunFolder WithStore() => File.Exists(StorePath) ? this
        : throw new RosflException(ExitCode.InvalidFile, $"Run folder '{Path}' has no store.db, where its figures were: run the study again.");

    /// <summary>Takes the folder away if no round was ever committed in it: what failed before would only take up its name.</summary>
    public void DiscardUnlessCommitted()
    {
        if (File.Exists(StorePath))
            using (var store = RunStore.Open(StorePath))
                if (store.LastRound() is not null) return;
        Dispose();
        Directory.Delete(Path, recursive: true);
    }

    public void Dispose() => guard?.Dispose();

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static IEnumerable<string> Candidates(RunOptions run)
    {
        var first = System.IO.Path.Combine(run.Output.Folder, run.Name);
        return Enumerable.Range(2, 999_998).Select(number => $"{first}-{number}").Prepend(first);
    }

    /// <summary>Null when something is there already. The lock file is the claim: only one process can create it.</summary>
    private static FileStream? TryTake(string path)
    {
        try
        {
            if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
                return null;
            Directory.CreateDirectory(path);
            return Lock(path, FileMode.CreateNew);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(path, error);
        }
    }

    private static FileStream? Lock(string path, FileMode mode)
    {
        var file = System.IO.Path.Combine(path, LockName);
        try
        {
            return new FileStream(file, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }

    private static void RefuseOtherRun(string path, RunFile run)
    {
        var there = Options(File.ReadAllText(System.IO.Path.Combine(path, "effective.json")));
        var here = Options(run.EffectiveJson());
        var differing = there.Keys.Union(here.Keys).Where(option => there.GetValueOrDefault(option) != here.GetValueOrDefault(option))
            .Select(option => $"{option} is {there.GetValueOrDefault(option, "absent")} there and {here.GetValueOrDefault(option, "absent")} here").ToList();
        if (differing.Count > 0)
            throw new RosflException(ExitCode.CannotResume,
                $"Run folder '{path}' was made by another run file: {string.Join("; ", differing)}. Undo the change, or start anew without --resume.");
    }

    /// <summary>Path of an option to its value. Where data and runs lie may change; it decides no number.</summary>
    private static Dictionary<string, string> Options(string effective)
    {
        var options = new Dictionary<string, string>();
        Flatten(JsonNode.Parse(effective), "");
        options.Remove("output.folder");
        options.Remove("data.path");
        return options;

        void Flatten(JsonNode? node, string path)
        {
            if (node is not JsonObject group)
                options[path] = RunJson.Text(node);
            else
                foreach (var (name, value) in group)
                    Flatten(value, RunFileShape.Join(path, name));
        }
    }
}
