using System.Security.Cryptography;
using RosFL.Runs;

namespace RosFL.Tests.Runs.Manifests;

/// <summary>Parties with real keys, and the manifest of their study.</summary>
internal sealed class MadeStudy : IDisposable
{
    public static readonly string BodySeed = new('5', 64), Storage = new('7', 128);

    public Dictionary<string, ECDsa> Keys { get; } = new[] { "aggregation-server/merge", "computation-server/bodies", "site/north", "site/south", "site/west" }
        .ToDictionary(party => party, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static RunOptions Run => new() { Rounds = 3, Training = new() { Batch = 2, Optimizer = OptimizerKind.Sgd }, Output = new() { Folder = "/var/own" }, Seed = 77, Privacy = new() { SecureAggregation = SecureAggregationKind.None } };

    public ManifestTerms Terms => new()
    {
        Study = "kidney-ct",
        Run = [],
        BodySeed = BodySeed,
        Roster = [.. Keys.Select(key => new RosterEntry(key.Key, KeyOf(key.Value), key.Key.StartsWith("site/", StringComparison.Ordinal) ? 40 : 0, key.Key.StartsWith("site/", StringComparison.Ordinal) ? Storage : ""))],
    };

    public Manifest Manifest => Manifest.Create(Terms, Run);

    public static string KeyOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public ApprovedManifest ApprovedByAll(Manifest manifest) =>
        Keys.Aggregate(ApprovedManifest.Of(manifest), (approved, key) => approved.Approve(Party.Parse(key.Key), key.Value, TimeProvider.System));

    public void Dispose()
    {
        foreach (var key in Keys.Values) key.Dispose();
    }
}
