using RosFL.Imaging.Preprocessing;
using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging;

using CasesBySplit = IReadOnlyDictionary<Split, IReadOnlyList<SourcedCase>>;

/// <summary>Which cases each site trains, tunes and tests on: limited, split by person, then made unequal where the run asks for it.</summary>
internal static class SiteCases
{
    /// <summary>All sites at once, as only a simulation can.</summary>
    public static IReadOnlyList<CasesBySplit> Divide(RunOptions run, IReadOnlyList<IDataset> datasets, StudySeeds seeds)
    {
        CasesBySplit[] sites = [.. datasets.Select((d, i) => Divide(run, d, i, datasets.Count, seeds.Site(d.Site)))];
        if (run.Data.DirichletAlpha <= 0)
            return sites;
        var trains = Redistribute([.. sites.Select(s => s[Split.Train].ToArray())], run, seeds.Simulation.For("dirichlet"));
        return [.. sites.Select((s, i) => Of(trains[i], s[Split.Validation], s[Split.Test]))];
    }

    /// <summary>Site <paramref name="index"/> of <paramref name="sites"/> by itself.</summary>
    public static CasesBySplit Divide(RunOptions run, IDataset dataset, int index, int sites, Seeds seeds)
    {
        var split = SubjectSplit.Of(
            Limit(dataset.Cases, run.Data.MaxImages, seeds.For("limit")), run.Data.Validation, run.Data.Test, seeds.For("split"));
        var train = TrainingSkew.ByQuantity(split.Train, run.Data.QuantitySkew, index, sites, seeds.For("quantity"));
        return Of(Sourced(dataset, train), Sourced(dataset, split.Validation), Sourced(dataset, split.Test));
    }

    public static CasesBySplit AllTest(IDataset dataset) => Of([], [], Sourced(dataset, dataset.Cases));

    /// <summary>A prescribed split is limited by itself, or the test images might all go.</summary>
    private static IReadOnlyList<Case> Limit(IReadOnlyList<Case> cases, int count, long seed) =>
        [.. cases.GroupBy(c => c.Fixed).SelectMany(g => TrainingSkew.Limit([.. g], count, seed))];

    private static SourcedCase[] Sourced(IDataset dataset, IReadOnlyList<Case> cases) => [.. cases.Select(c => new SourcedCase(dataset, c))];

    private static Dictionary<Split, IReadOnlyList<SourcedCase>> Of(
        IReadOnlyList<SourcedCase> train, IReadOnlyList<SourcedCase> validation, IReadOnlyList<SourcedCase> test) =>
        new() { [Split.Train] = train, [Split.Validation] = validation, [Split.Test] = test };

    private static SourcedCase[][] Redistribute(SourcedCase[][] trains, RunOptions run, long seed)
    {
        var subjects = trains.SelectMany(t => t).GroupBy(c => (c.Source.Site, c.Case.Subject)).Select(g => g.ToArray()).ToArray();
        var classes = Classes([.. subjects.Select(s => LabelCounts(s, run))]);
        var siteOf = TrainingSkew.ByLabel(classes, trains.Length, run.Data.DirichletAlpha, seed);
        return [.. Enumerable.Range(0, trains.Length).Select(site => subjects.Where((_, i) => siteOf[i] == site).SelectMany(s => s).ToArray())];
    }

    private static long[] LabelCounts(SourcedCase[] cases, RunOptions run)
    {
        var counts = new long[run.Network.OutputChannels];
        foreach (var c in cases)
            foreach (var value in LabelMaps.Labels(c.Source.Load(c.Case).Target, counts.Length, run.Preprocessing.BinaryLabels, c.Case.Name).Values)
                counts[(int)value]++;
        return counts;
    }

    /// <summary>A subject's class: its most frequent structure; with a single structure, the quarter of all subjects in which its share lies.</summary>
    private static int[] Classes(long[][] counts)
    {
        if (counts[0].Length > 2)
            return [.. counts.Select(c => Array.IndexOf(c, c.Skip(1).Max(), 1))];
        var shares = counts.Select(c => c[1] / (double)c.Sum()).ToArray();
        return [.. shares.Select(share => 4 * shares.Count(other => other < share) / shares.Length)];
    }
}
