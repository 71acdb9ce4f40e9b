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
    private const int FaultsOfAStudy = 100, LinesOfARound = 6;
    private const int Repeated = 8;
    private const double MostGrowth = 1.25;

    private static IEnumerable<int> DrawnSeeds =>
        Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("ROSFL_CHAOS_SEEDS") ?? "1", CultureInfo.InvariantCulture));

    /// <summary>Every point once, several in one study: each party dies at the next of its points after it was started again.</summary>
    [Theory]
    [InlineData("ros-fl")]
    [InlineData("split")]
    public async Task Kill_atEveryPoint_losesNothing(string algorithm)
    {
        using var network = new NetworkOnLoopback();
        var undisturbed = await network.SimulateAsync(algorithm);
        var crashes = CrashPoint.Names.Select(point => $"{PartyOf(point)}:{point}:{(point.EndsWith("-step", StringComparison.Ordinal) ? 2 : 1)}");
        using var chaos = Chaos.At(network.UpFolder, crashes);
        Unharmed.Assert(undisturbed, await network.UpAsync(algorithm, chaos.Environment, chaos.Hear), chaos);
        Assert.Equal(CrashPoint.Names.Count, chaos.Parties.Restarts);
    }

    [Fact]
    public Task Faults_atDrawnMoments_loseNothing() =>
        LiveThroughAsync([Fault.Kill, Fault.Kill, Fault.Freeze, Fault.Cut, Fault.Delay, Fault.Throttle], spacing: 3);

    /// <summary>Nobody is killed, so that the processes live as long as the study and what they hold can be seen to stay.</summary>
    [Fact]
    public async Task BadNetwork_losesNothing_andMemoryStays()
    {
        var memory = new List<IReadOnlyDictionary<string, double>>();
        await LiveThroughAsync([Fault.Freeze, Fault.Cut, Fault.Cut, Fault.Delay, Fault.Throttle], spacing: 4, chaos => memory.Add(chaos.Parties.ResidentMiB()));
        var (early, late) = (memory[memory.Count / 3], memory[^1]);
        Assert.Equal(4, late.Count);
        Assert.All(late, party => Assert.True(party.Value < early[party.Key] * MostGrowth, $"{party.Key} held {early[party.Key]:0} MiB after a third of the study and {party.Value:0} at its end."));
    }

    private static async Task LiveThroughAsync(IReadOnlyList<Fault> faults, int spacing, Action<Chaos>? committed = null)
    {
        using var network = new NetworkOnLoopback { Rounds = (FaultsOfAStudy + 5) * spacing / LinesOfARound + 5 };
        var undisturbed = await network.SimulateAsync("ros-fl");
        foreach (var seed in DrawnSeeds)
        {
            using var chaos = Chaos.Drawn(network.UpFolder, seed, FaultsOfAStudy, faults, spacing, Repeated, committed);
            var harmed = await network.UpAsync("ros-fl", chaos.Environment, chaos.Hear);
            await chaos.EndAsync();
            Unharmed.Assert(undisturbed, harmed, chaos);
            Assert.InRange(chaos.Happened.Values.Sum(), FaultsOfAStudy - 5, FaultsOfAStudy); // a few find nobody to kill
            network.Forget("up");
        }
    }

    private static string PartyOf(string point) => point.StartsWith("site", StringComparison.Ordinal) ? "hospital-1" : point[..point.IndexOf('-', StringComparison.Ordinal)];
}
