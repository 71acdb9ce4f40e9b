using RosFL.Imaging;
using RosFL.Planning;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Grpc.Hosting;

namespace RosFL.Tests.Planning;

/// <summary>The planner's bytes against those that cross the sites' sockets, frames and TLS included.</summary>
public sealed class PlannedTrafficTests
{
    /// <summary>
    /// A round whose state has the correction's memory, and the scoring of the round before. What a step sends with the paper's cut outweighs all frames; with a narrow
    /// one it does not.
    /// </summary>
    [Theory]
    [InlineData(2, SecureAggregationKind.None, "1", 0.01)]
    [InlineData(3, SecureAggregationKind.Malicious, "1", 0.01)]
    [InlineData(3, SecureAggregationKind.Malicious, "1:1x4", 1)]
    public async Task Lines_bytes_areThoseOnTheSockets(int sites, SecureAggregationKind kind, string cut, double within)
    {
        using var study = new HostedStudy(sites, rounds: 2, change: (tiny, _) => Changed(tiny, kind, cut));
        using var lines = new SiteLines(study);
        var images = SiteImages.Open(study.Run)[0];
        var plan = new StudyPlan(study.Run, images, sites, new(1e6, default), new Dictionary<string, AuditSummary>());
        var planned = plan.Lines(TimeSpan.FromMilliseconds(10), default)[0];

        var (round, toBodies, toMerge) = await lines.LastRoundAsync();
        var (crossing, scored) = (planned.BytesPerStep * plan.Steps, planned.BytesPerStep / 2 / study.Run.Training.Batch * images.Count(Split.Validation));
        var whole = planned.BytesPerRound + planned.BytesPerScoring;
        var sealing = round.Sites.Index().MaxBy(s => s.Item.BytesUp).Index;
        Assert.Equal(kind == SecureAggregationKind.None, planned.BytesSealed == 0);
        foreach (var (i, site) in round.Sites.Index())
        {
            var state = i == sealing ? planned.BytesSealed : 0;
            Assert.InRange((site.BytesUp + site.BytesDown) / (double)(planned.BytesPerRound + state), 0.999, 1.001);
            Assert.InRange((toBodies[i] + toMerge[i]) / (double)(whole + state), 1, 1 + within);
            Assert.InRange(toBodies[i] - crossing - scored, 0, StudyPlan.FrameShare * (crossing + scored) + StudyPlan.FrameBytesPerStep * (plan.Steps + images.Count(Split.Validation)));
            Assert.InRange(toMerge[i] - (whole + state - crossing - scored), 0, StudyPlan.FrameBytesPerRound);
        }
    }

    private static RunOptions Changed(RunOptions tiny, SecureAggregationKind kind, string cut) => tiny with
    {
        Network = tiny.Network with { Channels = 8 },
        Cut = CutName.Parse(cut),
        Training = tiny.Training with { Batch = 4 },
        Data = new() { Phantoms = tiny.Data.Phantoms with { Size = 64, ImagesPerSite = 20 } },
        Algorithm = tiny.Algorithm with { Merge = kind == SecureAggregationKind.None ? tiny.Algorithm.Merge : MergeArithmetic.Fixed24 },
        Privacy = new() { SecureAggregation = kind },
        Audit = new() { Cuts = [cut] },
    };
}
