using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A study that begins with agreed weights is opened with those and with no others.</summary>
public sealed class ApprovedStudyTests : IDisposable
{
    private static readonly Party North = new(PartyRole.Site, "north");

    private readonly TemporaryFolder folder = new();
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly PartyFolder party;

    public ApprovedStudyTests()
    {
        File.WriteAllText(folder["agreed.safetensors"], "agreed");
        File.WriteAllText(folder["other.safetensors"], "other");
        var all = new[] { North, new(PartyRole.ComputationServer, "bodies"), new(PartyRole.AggregationServer, "merge") }.Select(one => (Party: one, Folder: trust.Write(folder[one.Name], one))).ToList();
        party = all[0].Folder;
        var manifest = Manifest.Create(new()
        {
            Study = "weighty",
            Run = [],
            BodySeed = new('0', 64),
            InitialWeights = FileHash.Of(folder["agreed.safetensors"]),
            Roster = [.. all.Select(one => new RosterEntry(one.Party.ToString(), KeyOf(one.Folder)))],
        }, new() { Privacy = new() { SecureAggregation = SecureAggregationKind.None } });
        var approved = all.Aggregate(ApprovedManifest.Of(manifest), (sofar, one) =>
        {
            using var key = one.Folder.LoadKey();
            return sofar.Approve(one.Party, key, TimeProvider.System);
        });
        approved.Save(Path.Combine(party.StudiesPath, "weighty.json"));
    }

    [Fact]
    public void AgreedWeights_areTaken() => Assert.Equal(folder["agreed.safetensors"], Open("agreed.safetensors").Run.Options.Training.InitialWeights);

    [Theory]
    [InlineData("other.safetensors", "training.initialWeights here is '")]
    [InlineData("", "training.initialWeights here is 'none': take the agreed file.")]
    public void OtherWeights_orNone_areRefused(string weights, string expected)
    {
        var refusal = Assert.Throws<RosflException>(() => Open(weights));
        Assert.Equal(ExitCode.ManifestDiffers, refusal.Code);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        trust.Dispose();
        folder.Dispose();
    }

    private static string KeyOf(PartyFolder folder)
    {
        using var credentials = folder.Open(TimeProvider.System);
        return credentials.Key;
    }

    private ApprovedStudy Open(string weights)
    {
        using var credentials = party.Open(TimeProvider.System);
        var own = new RunOptions { Training = new() { InitialWeights = weights.Length == 0 ? "" : folder[weights] } };
        return ApprovedStudy.Open(party, credentials, "weighty", RunFile.Of(own), Loopback.Names);
    }
}
