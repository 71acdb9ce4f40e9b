using System.Text.Json.Nodes;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Models;

/// <summary>A file of an assembled model.</summary>
/// <param name="Sha256">Lower-case hexadecimal, as of every hash in a card.</param>
public sealed record CardFile(string Name, long Bytes, string Sha256);

/// <summary>Where a model comes from, in hashes that the study's parties can compare with what they keep.</summary>
/// <param name="Options">Of the options that decide the numbers, canonical JSON.</param>
/// <param name="Manifest">Of the manifest that the parties signed; empty for a simulation.</param>
/// <param name="Record">Of the commit record of the model's round; empty where it is not known.</param>
/// <param name="Parts">Of head, body and tail: over names, shapes and bits.</param>
public sealed record CardOrigin(string Options, string Manifest, string Record, IReadOnlyDictionary<string, string> Parts);

/// <summary>What goes with a model wherever it goes: what it was trained on, how well it did, how to feed it, and its hashes.</summary>
/// <param name="Site">Whose own model it is; empty for the model of all sites.</param>
/// <param name="Preprocessing">What an image goes through before it reaches the network.</param>
/// <param name="Foreground">Intensity statistics that the sites agreed on; null where preprocessing needs none.</param>
public sealed record ModelCard(
    ModelFacts Facts, string Site, StudyTask Task, NetworkOptions Network, CutOptions Cut, AlgorithmOptions Algorithm, int Rounds,
    PreprocessingOptions Preprocessing, JsonNode? Foreground, CardOrigin Origin, IReadOnlyList<CardFile> Files)
{
    /// <param name="foreground">Text of foreground.json; empty where there is none.</param>
    public static ModelCard Of(RunOptions run, ModelFacts facts, string site, string foreground, CardOrigin origin, IReadOnlyList<CardFile> files) => new(
        facts, site, run.Task, run.Network, run.Cut, run.Algorithm, run.Rounds, run.Preprocessing, foreground.Length == 0 ? null : JsonNode.Parse(foreground), origin, files);

    public static CardOrigin OriginOf(RunOptions run, string manifest, CommitRecord? record, Model parts) => new(
        CanonicalJson.Hash(RunJson.Node(run with { Output = new(), Data = run.Data with { Path = "" } })), manifest, record?.Hash ?? "",
        PartNames.All.Where(parts.Has).ToDictionary(p => p.Text(), p => Convert.ToHexStringLower(parts[p].Hash())));

    public string Json() => System.Text.Json.JsonSerializer.Serialize(this, RunJson.Options) + "\n";
}
