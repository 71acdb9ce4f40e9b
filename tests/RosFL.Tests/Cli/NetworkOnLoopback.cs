using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>What a run recorded, and what each party of a network kept of it.</summary>
/// <param name="Models">Hash of the model after each round.</param>
/// <param name="Records">Hash of each round's commit record.</param>
/// <param name="Scores">Every score but those of the report's pictures.</param>
internal sealed record NetworkResult(string Folder, IReadOnlyList<string> Models, IReadOnlyList<string> Records, IReadOnlyList<string> Scores)
{
    /// <summary>Every party that keeps a state of its own.</summary>
    public IReadOnlyList<string> Parties => [.. Directory.EnumerateDirectories(Path.Combine(Folder, "network", "state")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    /// <summary>Hashes of the records that a party's own folder holds: a site's name or "computation-server".</summary>
    public IReadOnlyList<string> RecordsOf(string party)
    {
        using var versions = TwoVersions.Open(StateOf(party));
        return [.. versions.Records.Select(r => r.Hash)];
    }

    /// <summary>The records in the aggregation server's ledger.</summary>
    public IReadOnlyList<CommitRecord> Commits
    {
        get
        {
            using var store = RunStore.Open(Path.Combine(Folder, "store.db"));
            return store.Ledger.Records("tiny");
        }
    }

    /// <summary>Steps of each site in all rounds, as the run store counts them.</summary>
    public IReadOnlyDictionary<string, long> StepsInStore
    {
        get
        {
            using var store = RunStore.Open(Path.Combine(Folder, "store.db"));
            return store.Rounds().SelectMany(r => r.Sites).GroupBy(s => s.Site).ToDictionary(s => s.Key, s => s.Sum(one => (long)one.Steps));
        }
    }

    /// <summary>Steps that a party's optimizers took, one entry a parameter: a site's own, or at the computation server those of each site's body ("shared" for a common one).</summary>
    public IReadOnlyList<(string Owner, long Steps)> OptimizerStepsOf(string party)
    {
        using var versions = TwoVersions.Open(StateOf(party));
        return
        [
            .. from array in versions.Committed()!.Arrays
               where array.Name.StartsWith("optimizer", StringComparison.Ordinal) && array.Name.EndsWith(".step", StringComparison.Ordinal)
               select (array.Name.Split('/') is [_, var site, _] ? site : party, (long)array.Values[0]),
        ];
    }

    private string StateOf(string party) => Path.Combine(Folder, "network", "state", party, "tiny");

    /// <summary>By round, the different sets of survivors for which a site has revealed shares; none without secure aggregation.</summary>
    public IReadOnlyList<IReadOnlyList<string>> RevealedBy(string party)
    {
        var path = Path.Combine(StateOf(party), "secure-aggregation", "signed.db");
        if (!File.Exists(path)) return [];
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT DISTINCT round, survivors FROM signed WHERE revealed = 1";
        using var rows = command.ExecuteReader();
        var revealed = new List<(long Round, string Survivors)>();
        while (rows.Read()) revealed.Add((rows.GetInt64(0), rows.GetString(1)));
        return [.. revealed.GroupBy(r => r.Round).Select(g => g.Select(r => r.Survivors).ToList())];
    }
}

/// <summary>Runs the command line's <c>simulate</c> and <c>up</c> on a tiny network and reads what they recorded.</summary>
internal sealed class NetworkOnLoopback : IDisposable
{
    /// <summary>For one run; far more than the longest takes on a busy machine.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    private readonly string root;

    public NetworkOnLoopback()
    {
        Xunit.Assert.SkipUnless(OperatingSystem.IsLinux(), "The processes are looked for in /proc, and frozen and killed by signals.");
        root = Directory.CreateTempSubdirectory("rosfl-up-").FullName;
    }

    public string Root => root;

    /// <summary>Of every run.</summary>
    public int Rounds { get; init; } = 4;

    /// <summary>The run folder of <c>up</c>.</summary>
    public string UpFolder => Path.Combine(root, "up", "tiny");

    public async Task<NetworkResult> SimulateAsync(string algorithm, params string[] more)
    {
        var (code, _, error) = await RunAsync(["simulate", RunFile(algorithm, "simulated"), .. more]);
        Assert.True(code == 0, error);
        return Read(Path.Combine(root, "simulated", "tiny"));
    }

    public async Task<NetworkResult> UpAsync(string algorithm, IReadOnlyDictionary<string, string>? environment = null, Action<string>? heard = null, params string[] more)
    {
        var (code, output, error) = await RunAsync(["up", RunFile(algorithm, "up"), "--json", .. more], environment, heard);
        Assert.True(code == 0, $"{error}\n{output}");
        return Read(UpFolder);
    }

    /// <summary>Null where the network failed.</summary>
    public async Task<NetworkResult?> TryUpAsync(string algorithm, IReadOnlyDictionary<string, string> environment, Action<string> heard)
    {
        var (code, _, _) = await RunAsync(["up", RunFile(algorithm, "up"), "--json"], environment, heard);
        return code == 0 ? Read(UpFolder) : null;
    }

    /// <summary>Runs <c>up</c> on a run of its own.</summary>
    public Task<(int Code, string Output, string Error)> UpAsync(RunOptions run, IReadOnlyDictionary<string, string> environment, Action<string> heard)
    {
        var path = Path.Combine(root, run.Name + ".json");
        RosFL.Runs.RunFile.Of(run).Save(path);
        return RunAsync(["up", path, "--json"], environment, heard);
    }

    /// <summary>Processes that still work on a run folder.</summary>
    public static IReadOnlyList<string> ProcessesOf(string folder) =>
    [
        .. from process in Directory.EnumerateDirectories("/proc")
           let command = Path.Combine(process, "cmdline")
           where char.IsAsciiDigit(Path.GetFileName(process)[0]) && Text(command).Contains(folder, StringComparison.Ordinal)
           select Path.GetFileName(process),
    ];

    /// <summary>Makes room for another run.</summary>
    public void Forget(string folder) => Directory.Delete(Path.Combine(root, folder), recursive: true);

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private string RunFile(string algorithm, string folder)
    {
        var path = Path.Combine(root, folder + ".json");
        RosFL.Runs.RunFile.Of(new RunOptions
        {
            Name = "tiny",
            Rounds = Rounds,
            Algorithm = new() { Name = algorithm },
            Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
            Training = new() { Batch = 2 },
            Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 32 } },
            Preprocessing = new() { Intensity = IntensityKind.Window },
            Evaluation = new() { ScoreWindow = [-160, 240] },
            Machine = new() { Threads = 1 },
            Output = new() { Folder = Path.Combine(root, folder) },
        }).Save(path);
        return path;
    }

    private static NetworkResult Read(string folder)
    {
        using var store = RunStore.Open(Path.Combine(folder, "store.db"));
        var rounds = store.Rounds();
        return new(folder, [.. rounds.Select(r => r.ModelHash)], [.. rounds.Select(r => r.Hash)],
            [.. store.Scores().Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Round} {s.Split} {s.Site} {(s.Case == "pooled" ? s.Case : "")} {s.Metric} {s.Model} {s.Value:R}"))]);
    }

    public static async Task<(int Code, string Output, string Error)> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, Action<string>? heard = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rosfl.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Longest);
        using var late = limit.Token.Register(() => process.Kill(entireProcessTree: true)); // waits for something that never comes
        var (lines, errors) = (new List<string>(), process.StandardError.ReadToEndAsync());
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            heard?.Invoke(line);
        }
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Join('\n', lines.TakeLast(40)), await errors);
    }
}
