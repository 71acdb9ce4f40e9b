using RosFL.Imaging.Preprocessing;
using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging;

using CasesBySplit = IReadOnlyDictionary<Split, IReadOnlyList<SourcedCase>>;

/// <summary>Which cases each site trains, tunes and tests on: limited, split by person, then made unequal where the run asks for it.</summary>
internal static class SiteCases
{
    public static IReadOnlyList<CasesBySplit> Divide(RunOptions run, IReadOnlyList<IDataset> datasets)
    {
        var seeds = new Seeds(run.Seed);
        var splits = datasets.Select(d => SubjectSplit.Of(
            Limit(d.Cases, run.Data.MaxImages, seeds.For("limit", Seeds.Of(d.Site))), run.Data.Validation, run.Data.Test, seeds.For("split", Seeds.Of(d.Site)))).ToArray();
        var trains = datasets.Select((d, i) => TrainingSkew.ByQuantity(
                splits[i].Train, run.Data.QuantitySkew, i, datasets.Count, seeds.For("quantity", Seeds.Of(d.Site))).Select(c => new SourcedCase(d, c)).ToArray()).ToArray();
        if (run.Data.DirichletAlpha > 0)
            trains = Redistribute(trains, run, seeds.For("dirichlet"));
        return [.. datasets.Select((d, i) => Of(trains[i], Sourced(d, splits[i].Validation), Sourced(d, splits[i].Test)))];
    }

    public static CasesBySplit AllTest(IDataset dataset) => Of([], [], Sourced(dataset, dataset.Cases));

    /// <summary>A prescribed split is limited by itself, or the test images might all go.</summary>
    private static IReadOnlyList<Case> Limit(IReadOnlyList<Case> cases, int count, long seed) =>
        [.. cases.GroupBy(c => c.Fixed).SelectMany(g => TrainingSkew.Limit([.. g], count, seed))];

    private static SourcedCase[] Sourced(IDataset dataset, IReadOnlyList<Case> cases) => [.. cases.Select(c => new SourcedCase(dataset, c))];

    private static Dictionary<Split, IReadOnlyList<SourcedCase>> Of(SourcedCase[] train, SourcedCase[] validation, SourcedCase[] test) =>
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
