using RosFL.Runs;

namespace RosFL.Imaging.Splits;

/// <summary>Makes hospitals unequal on demand: fewer subjects at later sites, or other mixtures of labels. Validation and test stay as they are.</summary>
public static class TrainingSkew
{
    /// <summary>The first <paramref name="count"/> images in rounds over the shuffled subjects, so that as many persons as possible stay; 0 takes all.</summary>
    public static IReadOnlyList<Case> Limit(IReadOnlyList<Case> cases, int count, long seed)
    {
        if (count <= 0 || cases.Count <= count)
            return cases;
        var groups = cases.GroupBy(c => (c.Fixed, c.Subject)).Select(g => g.ToArray()).ToArray();
        Seeds.Random(seed).Shuffle(groups);
        var kept = groups.SelectMany((g, order) => g.Select((c, round) => (c, round, order)))
            .OrderBy(x => x.round).ThenBy(x => x.order).Take(count).Select(x => x.c).ToHashSet();
        return [.. cases.Where(kept.Contains)];
    }

    /// <summary>Site <paramref name="site"/> of <paramref name="sites"/> keeps skew^(-site/(sites-1)) of its training subjects, at least one.</summary>
    public static IReadOnlyList<Case> ByQuantity(IReadOnlyList<Case> train, double skew, int site, int sites, long seed)
    {
        if (skew == 1 || site == 0)
            return train;
        var subjects = train.Select(c => c.Subject).Distinct().ToArray();
        Seeds.Random(seed).Shuffle(subjects);
        var count = (int)Math.Round(subjects.Length * Math.Pow(skew, -site / (double)(sites - 1)), MidpointRounding.AwayFromZero);
        var kept = subjects.Take(Math.Max(1, count)).ToHashSet();
        return [.. train.Where(c => kept.Contains(c.Subject))];
    }

    /// <summary>
    /// Deals subjects over sites by their class: for each class the sites' shares are one draw from a symmetric Dirichlet distribution
    /// (Hsu et al. 2019, arXiv 1909.06335). A small <paramref name="alpha"/> gives each class to few sites. No site stays empty.
    /// </summary>
    /// <param name="classes">The class of each subject.</param>
    /// <returns>The site of each subject.</returns>
    public static int[] ByLabel(IReadOnlyList<int> classes, int sites, double alpha, long seed)
    {
        if (classes.Count < sites)
            throw new RosflException(ExitCode.InvalidRun,
                $"data.dirichletAlpha cannot divide {classes.Count} training subjects among {sites} sites: every site needs one; use fewer sites.");
        var random = Seeds.Random(seed);
        var result = new int[classes.Count];
        foreach (var group in Enumerable.Range(0, classes.Count).GroupBy(i => classes[i]).OrderBy(g => g.Key))
        {
            var members = group.ToArray();
            random.Shuffle(members);
            var shares = Dirichlet(random, sites, alpha);
            var (end, next) = (0.0, 0);
            for (var site = 0; site < sites; site++)
            {
                end += shares[site] * members.Length;
                for (; next < members.Length && (next + 0.5 < end || site == sites - 1); next++)
                    result[members[next]] = site;
            }
        }
        GiveToEmpty(result, sites);
        return result;
    }

    private static void GiveToEmpty(int[] siteOf, int sites)
    {
        for (var site = 0; site < sites; site++)
        {
            if (siteOf.Contains(site))
                continue;
            var richest = siteOf.GroupBy(s => s).MaxBy(g => g.Count())!.Key;
            siteOf[Array.LastIndexOf(siteOf, richest)] = site;
        }
    }

    private static double[] Dirichlet(Random random, int length, double alpha)
    {
        var logs = Enumerable.Range(0, length).Select(_ => LogGamma(random, alpha)).ToArray();
        var draws = logs.Select(x => Math.Exp(x - logs.Max())).ToArray();
        return [.. draws.Select(x => x / draws.Sum())];
    }

    /// <summary>The logarithm of a Gamma(shape, 1) draw (Marsaglia and Tsang 2000); logarithms keep tiny shapes from underflowing to 0.</summary>
    private static double LogGamma(Random random, double shape)
    {
        if (shape < 1)
            return LogGamma(random, shape + 1) + Math.Log(1 - random.NextDouble()) / shape;
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = random.NextNormal();
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return Math.Log(d * v);
        }
    }
}
