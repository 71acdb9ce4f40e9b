using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>A run file: the options, and which of them the file sets itself rather than leaving them at their defaults.</summary>
public sealed class RunFile
{
    private readonly JsonObject set;

    private RunFile(RunOptions options, JsonObject set) => (Options, this.set) = (options, set);

    public RunOptions Options { get; }

    /// <summary>Reads and checks a file. All errors come in one exception, one a line.</summary>
    /// <param name="overrides">"path=value" each, as <c>--set</c> takes them; applied in order before anything is checked.</param>
    /// <param name="names">What the catalogues know; null leaves the names of algorithm and network, and what they use, unchecked.</param>
    /// <exception cref="RosflException"><see cref="ExitCode.InvalidRun"/>.</exception>
    public static RunFile Load(string path, IReadOnlyList<string>? overrides = null, RunNames? names = null)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RosflException(ExitCode.InvalidRun, $"Run file '{path}' cannot be read: give the path of a readable JSON file, or make one with 'rosfl init'.", error);
        }

        return Parse(text, path, overrides, names);
    }

    /// <summary>As <see cref="Load"/>, from text; <paramref name="source"/> stands before each error.</summary>
    public static RunFile Parse(string json, string source, IReadOnlyList<string>? overrides = null, RunNames? names = null)
    {
        var set = Root(json, source);
        var faults = (overrides ?? []).Select(text => RunOverride.Apply(set, text)).OfType<RunFault>().ToList();
        faults.AddRange(RunFileShape.Prune(set));
        var file = new RunFile(set.Deserialize<RunOptions>(RunJson.Options)!, set);
        faults.AddRange(RunOptionsCheck.Faults(file, names, faults.Select(fault => fault.Path).ToHashSet()));
        return faults.Count == 0
            ? file
            : throw new RosflException(ExitCode.InvalidRun, string.Join('\n', faults.Select(fault => $"{source}: {fault.Sentence}").Distinct()));
    }

    /// <summary>A file that sets what differs from the defaults. Nothing is checked: see <see cref="RunOptionsCheck"/>.</summary>
    public static RunFile Of(RunOptions options)
    {
        var set = RunJson.Node(options);
        Subtract(set, RunJson.Node(new RunOptions()));
        return new(options, set);
    }

    /// <summary>The same file with other values, checked again.</summary>
    public RunFile With(IReadOnlyList<string> overrides, RunNames? names = null) => Parse(Json(), Options.Name, overrides, names);

    /// <summary>The same run under another algorithm, for comparisons: options that it does not use are taken out, the others stay.</summary>
    public RunFile WithAlgorithm(string algorithm, RunNames names)
    {
        var used = names.Algorithms.TryGetValue(algorithm, out var members) ? members : new HashSet<string>();
        var unused = (set["algorithm"] as JsonObject ?? []).Select(member => member.Key).Where(member => member != "name" && !used.Contains(member));
        var crosses = names.Split is not { } split || split.Contains(algorithm);
        var wire = crosses ? [] : (set["wire"] as JsonObject ?? []).Select(member => member.Key);
        string[] gradient = crosses || !Sets("privacy.gradient") ? [] : ["privacy.gradient=null"];
        string[] unmasked = used.Contains("merge") || !Sets("privacy.secureAggregation") ? [] : ["privacy.secureAggregation=null"];
        return With([$"algorithm.name={algorithm}", .. unused.Select(member => $"algorithm.{member}=null"), .. wire.Select(member => $"wire.{member}=null"), .. gradient, .. unmasked], names);
    }

    /// <summary>Whether the file itself sets the option at a path such as <c>training.momentum</c>.</summary>
    public bool Sets(string path)
    {
        JsonNode? node = set;
        foreach (var step in path.Split('.'))
            node = (node as JsonObject)?[step];
        return HasValue(node);
    }

    /// <summary>What the file sets, as JSON; loading it gives the same run.</summary>
    public string Json() => set.ToJsonString(RunJson.Options) + "\n";

    /// <summary>Every option with its default filled in, as JSON.</summary>
    public string EffectiveJson() => RunJson.Node(Options).ToJsonString(RunJson.Options) + "\n";

    public void Save(string path) => AtomicFile.WriteText(path, Json());

    private static bool HasValue(JsonNode? node) => node is JsonObject group ? group.Any(member => HasValue(member.Value)) : node is not null;

    private static JsonObject Root(string json, string source)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: RunJson.Document) as JsonObject
                ?? throw new RosflException(ExitCode.InvalidRun, $"{source}: the run file holds {json.Trim()[..Math.Min(20, json.Trim().Length)]}; it must be one JSON object {{ }}.");
        }
        catch (JsonException error)
        {
            throw new RosflException(ExitCode.InvalidRun, $"{source}: {RepeatedMember.In(json)?.Sentence ?? $"the file is no JSON{Fault(json, error)}"}", error);
        }
    }

    /// <summary>Where it stops to be JSON, and what to do there.</summary>
    private static string Fault(string json, JsonException error)
    {
        if (string.IsNullOrWhiteSpace(json)) return ", it is empty: begin with `rosfl init`.";
        var (line, column) = (error.LineNumber ?? 0, error.BytePositionInLine ?? 0);
        var lines = json.TrimEnd().Split('\n');
        return line >= lines.Length || (line == lines.Length - 1 && column >= Encoding.UTF8.GetByteCount(lines[^1]))
            ? ": it ends before everything that it opened is closed; it may have been cut off, so complete it, or write it anew with `rosfl init`."
            : $" in line {line + 1}, column {column + 1}: look there, and just before it, for a comma, a quote or a bracket that is missing or one too many.";
    }

    private static void Subtract(JsonObject node, JsonObject defaults)
    {
        foreach (var (name, value) in node.ToList())
        {
            if (value is JsonObject child && defaults[name] is JsonObject other)
                Subtract(child, other);
            if (JsonNode.DeepEquals(value, defaults[name]) || value is JsonObject { Count: 0 })
                node.Remove(name);
        }
    }
}
