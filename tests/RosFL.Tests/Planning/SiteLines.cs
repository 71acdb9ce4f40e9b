using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Grpc;
using RosFL.Tests.Grpc.Hosting;

namespace RosFL.Tests.Planning;

/// <summary>A study's sites, each on lines of its own to both servers that count what they carry.</summary>
internal sealed class SiteLines(HostedStudy study) : IDisposable
{
    private readonly IReadOnlyList<FaultProxy> toBodies = [.. study.Sites.Select(_ => new FaultProxy(() => new(study.Address(HostedStudy.Computation))))];
    private readonly IReadOnlyList<FaultProxy> toMerge = [.. study.Sites.Select(_ => new FaultProxy(() => new(study.Address(HostedStudy.Aggregation))))];

    /// <summary>Runs the study and gives its last round with each site's bytes, both ways, from the commit before to the round's own.</summary>
    public async Task<(RoundRecord Round, IReadOnlyList<long> ToBodies, IReadOnlyList<long> ToMerge)> LastRoundAsync()
    {
        var commits = new List<(RoundRecord Round, long[] ToBodies, long[] ToMerge)>();
        var serving = study.ServeAsync(told =>
        {
            if (told is SimulationProgress.Committed(var round)) commits.Add((round, Carried(toBodies), Carried(toMerge)));
        });
        var sites = study.Sites.Select((site, i) => study.JoinAsync(site, CancellationToken.None,
            configured: options => options with { ComputationServer = toBodies[i].Address.ToString(), AggregationServer = toMerge[i].Address.ToString() })).ToList();
        await serving;
        await Task.WhenAll(sites);
        await study.EndAsync();
        var (before, last) = (commits[^2], commits[^1]);
        return (last.Round, Less(last.ToBodies, before.ToBodies), Less(last.ToMerge, before.ToMerge));
    }

    public void Dispose()
    {
        foreach (var line in toBodies.Concat(toMerge)) line.Dispose();
    }

    private static long[] Carried(IEnumerable<FaultProxy> lines) => [.. lines.Select(line => line.Carried)];

    private static long[] Less(long[] whole, long[] before) => [.. whole.Zip(before, (w, b) => w - b)];
}
