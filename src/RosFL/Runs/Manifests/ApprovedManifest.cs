using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>A manifest with the approvals collected so far: the file that goes round before a study, and that each party then keeps as its own copy.</summary>
public sealed class ApprovedManifest
{
    private sealed record Contents(JsonObject Manifest, Approval[] Approvals);

    private ApprovedManifest(Manifest manifest, IReadOnlyList<Approval> approvals) => (Manifest, Approvals) = (manifest, approvals);

    public Manifest Manifest { get; }

    /// <summary>Valid ones only, one a party, in the order of the roster.</summary>
    public IReadOnlyList<Approval> Approvals { get; }

    /// <summary>Parties of the roster that have not approved.</summary>
    public IReadOnlyList<string> Missing => [.. Manifest.Terms.Roster.Select(entry => entry.Party).Except(Approvals.Select(approval => approval.Party))];

    public static ApprovedManifest Of(Manifest manifest) => new(manifest, []);

    /// <exception cref="RosflException">The file is malformed, or holds an approval that is not valid.</exception>
    public static ApprovedManifest Load(string path) => Read(StrictJson.Load<Contents>(path), $"File '{path}'");

    public static ApprovedManifest Parse(string text, string source) => Read(StrictJson.Read<Contents>(text, source), source);

    public string Text() => StrictJson.Text(new Contents(Manifest.Document, [.. Approvals]));

    public void Save(string path) => AtomicFile.WriteText(path, Text());

    public ApprovedManifest With(Approval approval) => new(Manifest, Ordered(Approvals.Where(known => known.Party != approval.Party).Append(approval)));

    public ApprovedManifest Approve(Party party, ECDsa key, TimeProvider time) => With(Approval.Of(Manifest, party, key, time));

    /// <summary>Joins the approvals of two copies of the same manifest.</summary>
    public ApprovedManifest With(ApprovedManifest other)
    {
        Manifest.RefuseOther(other.Manifest, "The other file");
        return other.Approvals.Aggregate(this, (all, approval) => all.With(approval));
    }

    /// <summary>Refuses to go on before every party has approved: a study begins, and a site enters it, only with the sites' signatures.</summary>
    public ApprovedManifest RequireComplete() => Missing.Count == 0 ? this
        : throw new RosflException(ExitCode.ManifestDiffers, $"Study '{Manifest.Study}' is not approved by {string.Join(", ", Missing)}: let each run 'rosfl study approve' and join the files with 'rosfl study collect'.");

    private static ApprovedManifest Read(Contents contents, string source)
    {
        var manifest = Manifest.Parse(contents.Manifest.ToJsonString(), source);
        if (Array.Find(contents.Approvals, approval => !approval.IsValid(manifest)) is { } forged)
            throw new RosflException(ExitCode.NotTrusted, $"{source}: the approval of '{(forged.Party.Length <= 100 ? forged.Party : "a party")}' does not belong to this manifest and the key in its roster: the file was changed after it was signed, or somebody else signed.");
        return new ApprovedManifest(manifest, []).WithAll(contents.Approvals);
    }

    private ApprovedManifest WithAll(IEnumerable<Approval> approvals) => approvals.Aggregate(this, (all, approval) => all.With(approval));

    private IReadOnlyList<Approval> Ordered(IEnumerable<Approval> approvals) =>
        [.. approvals.OrderBy(approval => Array.FindIndex(Manifest.Terms.Roster, entry => entry.Party == approval.Party))];
}
