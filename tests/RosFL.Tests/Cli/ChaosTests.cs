using System.Globalization;
using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>
/// Kills at every named point and at drawn moments, freezes, bad connections, repeated and late messages: whatever happened, each round is
/// committed once, by the same record at every party, every optimizer took the acknowledged steps and no other, and the weights of every round are
/// those of the undisturbed run. ROSFL_CHAOS_SEEDS=20 makes the long form of the drawn studies.
/// </summary>
public sealed class ChaosTests
{
    private const int FaultsOfAStudy = 100, FaultsOfAQuorum = 4;
    private const int Repeated = 8;
    private const double MostGrowth = 1.25;
    private const int Samples = 5, BeforeTheEnd = 3;

    private static IEnumerable<int> DrawnSeeds =>
        Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("ROSFL_CHAOS_SEEDS") ?? "1", CultureInfo.InvariantCulture));

    /// <summary>Every point once, several in one study: each party dies at the next of its points after it was started again.</summary>
    [Theory]
    [InlineData("ros-fl", 3)]
    [InlineData("split", 2)]
    public async Task Kill_atEveryPoint_losesNothing(string algorithm, int sites)
    {
        using var network = new NetworkOnLoopback();
        var undisturbed = await UndisturbedAsync(network, algorithm, sites);
        List<string> points = [.. CrashPoint.Names, .. sites < 3 ? [] : CrashPoint.OfSecureAggregation, .. CrashPoint.OfTheEnd];
        using var chaos = Chaos.At(network.UpFolder, points.Select(point => $"{PartyOf(point)}:{point}:{(point.EndsWith("-step", StringComparison.Ordinal) ? 2 : 1)}"));
        Unharmed.Assert(undisturbed, await network.UpAsync(algorithm, chaos.Environment, chaos.Hear, Sites(sites)), chaos);
        Assert.Equal(points.Count, chaos.Parties.Restarts);
    }

    [Fact]
    public Task Faults_atDrawnMoments_loseNothing() =>
        LiveThroughAsync(2, FaultsOfAStudy, [Fault.Kill, Fault.Kill, Fault.Freeze, Fault.Cut, Fault.Delay, Fault.Throttle], spacing: 3);

    /// <summary>None of three sites may drop out, so that a fault within a session repeats the round.</summary>
    [Fact]
    public Task Faults_underSecureAggregation_loseNothing() => LiveThroughAsync(3, 5, [Fault.Kill, Fault.Freeze, Fault.Cut], spacing: 4);

    /// <summary>Three of four sites decide, so that a fault within a session may leave a site out: other weights than the undisturbed run's, and all else as ever.</summary>
    [Fact]
    public async Task Faults_underSecureAggregationOfAQuorum_leaveEveryPartyWithTheSameRounds()
    {
        using var network = new NetworkOnLoopback { Rounds = 5 };
        foreach (var seed in DrawnSeeds)
        {
            using var chaos = Chaos.Drawn(network.UpFolder, seed, FaultsOfAQuorum, [Fault.Kill, Fault.Kill, Fault.Cut], spacing: 4, Repeated);
            var harmed = await network.UpAsync("ros-fl", chaos.Environment, chaos.Hear, [.. Sites(4), "--quorum", "3"]);
            await chaos.EndAsync();
            Unharmed.AssertAgreed(harmed, chaos);
            Assert.Equal(network.Rounds, harmed.Commits.Count);
            Assert.All(harmed.Commits, commit => Assert.InRange(commit.Decision.Survivors.Count, 3, 4));
            Assert.InRange(chaos.Happened.Values.Sum(), FaultsOfAQuorum / 2, FaultsOfAQuorum);
            network.Forget("up");
        }
    }

    /// <summary>Nobody is killed, so that the processes live as long as the study and what they hold can be seen to stay.</summary>
    [Fact]
    public async Task BadNetwork_losesNothing_andMemoryStays()
    {
        var memory = new List<IReadOnlyDictionary<string, double>>();
        await LiveThroughAsync(2, FaultsOfAStudy, [Fault.Freeze, Fault.Cut, Fault.Cut, Fault.Delay, Fault.Throttle], spacing: 4, chaos => memory.Add(chaos.Parties.ResidentMiB()));
        var (early, late) = (Medians(memory.Skip(memory.Count / 3).Take(Samples)), Medians(memory.SkipLast(BeforeTheEnd).TakeLast(Samples)));
        Assert.Equal(4, late.Count);
        Assert.All(late, party => Assert.True(party.Value < early[party.Key] * MostGrowth, $"{party.Key} held {early[party.Key]:0} MiB after a third of the study and {party.Value:0} at its end."));
    }

    private static async Task LiveThroughAsync(int sites, int count, IReadOnlyList<Fault> faults, int spacing, Action<Chaos>? committed = null)
    {
        using var network = new NetworkOnLoopback { Rounds = (count + 5) * spacing / Chaos.LinesOfARound + 5 };
        var undisturbed = await UndisturbedAsync(network, "ros-fl", sites);
        foreach (var seed in DrawnSeeds)
        {
            using var chaos = Chaos.Drawn(network.UpFolder, seed, count, faults, spacing, Repeated, committed);
            var harmed = await network.UpAsync("ros-fl", chaos.Environment, chaos.Hear, Sites(sites));
            await chaos.EndAsync();
            Unharmed.Assert(undisturbed, harmed, chaos);
            Assert.InRange(chaos.Happened.Values.Sum(), count - Math.Max(1, count / 20), count); // a few find nobody to kill
            network.Forget("up");
        }
    }

    /// <summary>Of four sites three decide: one that is killed before its masked vector is in is left out and the others' sum is opened without it; one that is killed after it has signed counts.</summary>
    [Fact]
    public async Task Site_killedWithinASession_isSurvivedByAQuorum()
    {
        using var network = new NetworkOnLoopback();
        var ofThree = await UndisturbedAsync(network, "ros-fl", 3);
        using var chaos = Chaos.At(network.UpFolder, ["hospital-4:site-masked:1", "hospital-4:site-signed:2"]);
        var up = await network.UpAsync("ros-fl", chaos.Environment, chaos.Hear, [.. Sites(4), "--quorum", "3"]);
        Assert.Equal(2, chaos.Parties.Restarts);
        Assert.Equal(ofThree.Models[0], up.Models[0]);
        Assert.Equal([3, 4, 4, 4], up.Commits.Select(c => c.Decision.Survivors.Count));
        Assert.All(up.Parties, party => Assert.Equal(up.Records.Skip(party == "hospital-4" ? 1 : 0), up.RecordsOf(party)));
    }

    /// <summary>Of what each party held, in some samples.</summary>
    private static Dictionary<string, double> Medians(IEnumerable<IReadOnlyDictionary<string, double>> samples) =>
        samples.SelectMany(s => s).GroupBy(s => s.Key, s => s.Value).ToDictionary(party => party.Key, party => party.Order().ElementAt(party.Count() / 2));

    private static string[] Sites(int count) => ["--set", $"data.phantoms.sites={count}"];

    /// <summary>The simulation under the same secure aggregation as a network of so many sites.</summary>
    private static Task<NetworkResult> UndisturbedAsync(NetworkOnLoopback network, string algorithm, int sites) =>
        network.SimulateAsync(algorithm, [.. Sites(sites), $"privacy.secureAggregation={(sites < 3 ? "none" : "malicious")}"]);

    private static string PartyOf(string point) => point.StartsWith("site", StringComparison.Ordinal) ? "hospital-1" : point[..point.IndexOf('-', StringComparison.Ordinal)];
}
