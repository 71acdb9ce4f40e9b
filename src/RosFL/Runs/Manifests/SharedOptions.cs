using System.Text.Json;
using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>
/// Which options of a run all parties share and which are each party's own. Own is what names a place or a machine or describes one site's images;
/// an option that is not listed as own is shared, so a new one cannot slip by the manifest.
/// </summary>
public static class SharedOptions
{
    private static readonly string[] Own =
    [
        "name", "seed", "data", "ct", "output", "machine.device", "machine.workers", "training.initialWeights", "preprocessing.scale", "preprocessing.offset",
    ];

    /// <summary>Members of <c>audit</c> that are shared: the limits and whether an audit is required. How hard a site attacks itself is its own business.</summary>
    private const string Audit = "audit", Limits = "limits", Required = "required";

    /// <summary>Whether a manifest may name the option.</summary>
    public static bool IsShared(string path) => path.StartsWith(Audit + ".", StringComparison.Ordinal)
        ? path == $"{Audit}.{Required}" || path.StartsWith($"{Audit}.{Limits}", StringComparison.Ordinal)
        : !Array.Exists(Own, own => path == own || path.StartsWith(own + ".", StringComparison.Ordinal));

    /// <summary>The shared options of a run, every default filled in.</summary>
    public static JsonObject Of(RunOptions run)
    {
        var node = RunJson.Node(run);
        Keep(node, "");
        return node;
    }

    /// <summary>Reads the options of a manifest and checks them as a run file's.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.InvalidRun"/> with every error.</exception>
    public static RunOptions Read(JsonObject shared, string source)
    {
        var node = shared.DeepClone().AsObject();
        var faults = RunFileShape.Prune(node).Select(fault => fault.Sentence).ToList();
        var run = node.Deserialize<RunOptions>(RunJson.Options)!;
        faults.AddRange(RunOptionsCheck.Faults(RunFile.Of(run), null, new HashSet<string>(), whole: false).Select(fault => fault.Sentence));
        return faults.Count == 0 ? run : throw new RosflException(ExitCode.InvalidRun, string.Join('\n', faults.Select(fault => $"{source}: {fault}").Distinct()));
    }

    /// <summary>A party's own run under a study's shared options.</summary>
    /// <param name="own">The party's run file; a shared option in it must agree.</param>
    /// <exception cref="RosflException">A shared option of the run file differs, or the options do not fit together.</exception>
    public static RunFile Apply(RunOptions shared, RunFile own, RunNames? names)
    {
        var agreed = Leaves(Of(shared));
        var differing = Leaves(Of(own.Options)).Where(option => own.Sets(option.Key) && agreed[option.Key] != option.Value)
            .Select(option => $"{option.Key}: {agreed[option.Key]} in the manifest, {option.Value} in the run file").ToList();
        if (differing.Count > 0)
            throw new RosflException(ExitCode.ManifestDiffers, $"Run '{own.Options.Name}' sets options that the study's manifest has otherwise: {string.Join("; ", differing)}. Remove them from the run file.");
        var node = Parsed(own);
        Keep(node, "", shared: false);
        Overlay(node, Parsed(RunFile.Of(shared)));
        return RunFile.Parse(node.ToJsonString(RunJson.Options), own.Options.Name, names: names);
    }

    /// <summary>Path of each option to its value as JSON.</summary>
    internal static Dictionary<string, string> Leaves(JsonNode? node)
    {
        var leaves = new Dictionary<string, string>();
        Collect(node, "");
        return leaves;

        void Collect(JsonNode? at, string path)
        {
            if (at is not JsonObject group || (group.Count == 0 && path.Length > 0)) leaves[path] = CanonicalJson.Text(at);
            else
                foreach (var (name, value) in group) Collect(value, RunFileShape.Join(path, name));
        }
    }

    private static void Keep(JsonObject node, string path, bool shared = true)
    {
        foreach (var (name, value) in node.ToList())
        {
            var at = RunFileShape.Join(path, name);
            if (value is JsonObject group && group.Count > 0)
            {
                Keep(group, at, shared);
                if (group.Count == 0) node.Remove(name);
            }
            else if (IsShared(at) != shared) node.Remove(name);
        }
    }

    private static JsonObject Parsed(RunFile file) => JsonNode.Parse(file.Json(), documentOptions: RunJson.Document)!.AsObject();

    private static void Overlay(JsonObject onto, JsonObject from)
    {
        foreach (var (name, value) in from)
            if (value is JsonObject group && onto[name] is JsonObject there) Overlay(there, group);
            else onto[name] = value?.DeepClone();
    }
}
