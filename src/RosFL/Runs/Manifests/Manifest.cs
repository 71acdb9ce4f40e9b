using System.Text.Json;
using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>
/// A study's terms, fixed: one JSON whose canonical form (sorted members, no insignificant white space) has the hash that the parties sign. The
/// hash is of the document as it was written, so a later program with more options still finds it.
/// </summary>
public sealed class Manifest
{
    private Manifest(JsonObject document, ManifestTerms terms, RunOptions run) => (Document, Terms, Run, Hash) = (document, terms, run, CanonicalJson.Hash(document));

    /// <summary>SHA-256 of the canonical form, lower-case hex.</summary>
    public string Hash { get; }

    public ManifestTerms Terms { get; }

    public string Study => Terms.Study;

    /// <summary>The shared options; a party's own ones are at their defaults.</summary>
    public RunOptions Run { get; }

    internal JsonObject Document { get; }

    /// <summary>A new manifest.</summary>
    /// <param name="run">Its shared options are taken; the run is checked as every run is.</param>
    public static Manifest Create(ManifestTerms terms, RunOptions run) =>
        Read(JsonSerializer.SerializeToNode(terms with { Run = SharedOptions.Of(run) }, StrictJson.Options)!.AsObject(), $"Study '{terms.Study}'");

    public static Manifest Parse(string text, string source) => Read(StrictJson.Read<JsonObject>(text, source), source);

    public string Text() => Document.ToJsonString(RunJson.Options) + "\n";

    /// <summary>The entry of a party.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.NotTrusted"/>: the roster does not have it, or with another key.</exception>
    public RosterEntry Admit(Party party, string key)
    {
        var entry = Array.Find(Terms.Roster, entry => entry.Party == party.ToString())
            ?? throw new RosflException(ExitCode.NotTrusted, $"{party} is not in the roster of study '{Study}': the sites have to approve a manifest that names it.");
        return entry.Key == key ? entry
            : throw new RosflException(ExitCode.NotTrusted, $"{party} came with key {key[..12]}, and the sites of study '{Study}' approved {entry.Key[..12]}: a certificate with another key is refused, whoever issued it; approve a new revision if the party enrolled anew.");
    }

    /// <summary>Names of the sites in the order of the roster, which is the order of all sums.</summary>
    public IReadOnlyList<string> Sites => [.. Terms.Roster.Select(entry => Party.Parse(entry.Party)).Where(party => party.Role == PartyRole.Site).Select(party => party.Name)];

    /// <summary>Parties that hold a part of the model: sites and the computation server.</summary>
    public IReadOnlyList<string> Holders =>
        [.. Terms.Roster.Select(entry => entry.Party).Where(party => Party.Parse(party).Role is PartyRole.Site or PartyRole.ComputationServer)];

    /// <summary>A party's own run under this study's options.</summary>
    public RunFile RunOf(RunFile own, RunNames? names) => SharedOptions.Apply(Run, own, names);

    /// <exception cref="RosflException">The parties did not agree that the whole model may be put together.</exception>
    public void RequireMayAssemble()
    {
        if (!Terms.MayAssemble)
            throw new RosflException(ExitCode.ManifestDiffers, $"The manifest of study '{Study}' does not allow the whole model to be put together ('mayAssemble' is false): let all parties approve a revision made with 'rosfl study new --may-assemble'.");
    }

    /// <summary>The shared options that are not at their defaults, one line each.</summary>
    public IReadOnlyList<string> ChangedOptions()
    {
        var defaults = SharedOptions.Leaves(SharedOptions.Of(new RunOptions()));
        return [.. SharedOptions.Leaves(SharedOptions.Of(Run)).Where(option => defaults[option.Key] != option.Value).Select(option => $"{option.Key} = {option.Value}")];
    }

    /// <summary>What differs, one line each: "path: theirs / ours".</summary>
    public IReadOnlyList<string> Differences(Manifest theirs)
    {
        var (there, here) = (SharedOptions.Leaves(theirs.Document), SharedOptions.Leaves(Document));
        return [.. there.Keys.Union(here.Keys).Order(StringComparer.Ordinal).Where(path => there.GetValueOrDefault(path) != here.GetValueOrDefault(path))
            .Select(path => $"{path}: {there.GetValueOrDefault(path, "absent")} / {here.GetValueOrDefault(path, "absent")}")];
    }

    /// <summary>Refuses another party's copy that is not this one.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.ManifestDiffers"/> with every difference.</exception>
    public void RefuseOther(Manifest theirs, string whose)
    {
        if (RefusalOf(theirs, whose) is { } refusal) throw refusal;
    }

    /// <summary>With which another party's copy is refused; null for this one.</summary>
    public RosflException? RefusalOf(Manifest theirs, string whose) => theirs.Hash == Hash ? null
        : new(ExitCode.ManifestDiffers, $"{whose} holds another manifest of study '{Study}' (theirs / ours): {string.Join("; ", Differences(theirs))}. Agree on one and approve it.");

    private static Manifest Read(JsonObject document, string source)
    {
        var terms = StrictJson.Read<ManifestTerms>(document.ToJsonString(), source);
        var faults = ManifestCheck.Faults(terms);
        if (faults.Count > 0) throw new RosflException(ExitCode.InvalidRun, string.Join('\n', faults.Select(fault => $"{source}: {fault}")));
        var run = SharedOptions.Read(terms.Run, source);
        RefuseUnsafe(run.Privacy, terms, source);
        return new(document.DeepClone().AsObject(), terms, run);
    }

    private static void RefuseUnsafe(PrivacyOptions privacy, ManifestTerms terms, string source)
    {
        if (privacy.SecureAggregation == SecureAggregationKind.Auto)
            throw new RosflException(ExitCode.InvalidRun, $"{source}: 'run.privacy.secureAggregation' is auto, and a manifest must say whether the aggregation server sees single parts: none, curious or malicious.");
        if (!privacy.HidesParts) return;
        if (terms.Roster.Count(entry => entry.IsSite) < 3)
            throw new RosflException(ExitCode.InvalidRun, $"{source}: 'run.privacy.secureAggregation' needs three sites or more in the roster, since a sum of two shows each the other's part.");
        if (Array.Find(terms.Roster, entry => entry.IsSite && entry.Storage.Length == 0) is { } bare)
            throw new RosflException(ExitCode.InvalidRun, $"{source}: the entry of {bare.Party} has no storage key, which secure aggregation needs: print it again there with 'rosfl study entry'.");
    }
}
