using System.Text.Json;
using RosFL.Grpc.Coordination;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>A study at the aggregation server that goes on under a revised manifest.</summary>
public sealed class AggregationStudyTests
{
    [Fact]
    public async Task Study_whoseRevisionNamesANewSite_isRefusedInOneSentence()
    {
        using var temporary = new TemporaryFolder();
        using var folder = RunFolder.Create(RunFile.Parse(
            """{ "name": "tiny", "algorithm": { "name": "fedavg" }, "privacy": { "secureAggregation": "none" } }""", "tiny.json", [$"output.folder={temporary.Path}"]));
        var began = new[] { "north", "south" }.ToDictionary(site => site, _ => new SiteFacts(10, 5, 10, 2, 2));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "roster.json"), JsonSerializer.Serialize(began));
        using var identity = Identity.SelfSigned("merge", TimeProvider.System);
        using var study = new AggregationStudy(folder, ManifestOf(folder.Run.Options, "north", "east", "south", "west"), null, identity, TimeProvider.System);
        var refusal = await Assert.ThrowsAsync<RosflException>(() => study.RunAsync(CancellationToken.None));
        Assert.Equal(ExitCode.CannotResume, refusal.Code);
        Assert.Equal("Study 'tiny' began with the sites north, south, and its manifest now names east, west too: take them out of the next revision, or begin a new study with them.", refusal.Message);
    }

    private static Manifest ManifestOf(RunOptions run, params string[] sites) => Manifest.Create(new()
    {
        Study = "tiny",
        Run = [],
        BodySeed = new('0', 64),
        Roster = [new("aggregation-server/merge", new('a', 64)), .. sites.Select((site, i) => new RosterEntry($"site/{site}", new((char)('b' + i), 64)))],
    }, run);
}
