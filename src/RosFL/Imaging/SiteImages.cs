using RosFL.Imaging.Augmentation;
using RosFL.Imaging.Datasets;
using RosFL.Imaging.Preprocessing;
using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging;

/// <summary>
/// All that training sees of one site: batches of its training images, and whole cases for evaluation. Images are read when they are
/// wanted and kept in one bounded cache for all sites. Safe for several threads.
/// </summary>
public sealed class SiteImages : ITrainingItems
{
    private readonly RunOptions run;
    private readonly IReadOnlyDictionary<Split, IReadOnlyList<SourcedCase>> cases;
    private readonly PictureCache cache;
    private readonly ForegroundStatistics? foreground;
    private readonly Preprocessor preprocessor;
    private readonly Lazy<(SourcedCase Case, int Slice)[]> items;

    internal SiteImages(
        string site, IReadOnlyDictionary<Split, IReadOnlyList<SourcedCase>> cases, RunOptions run, PictureCache cache, ForegroundStatistics? foreground = null)
    {
        (Site, this.cases, this.run, this.cache, this.foreground) = (site, cases, run, cache, foreground);
        preprocessor = new Preprocessor(run, foreground);
        items = new(() => [.. cases[Split.Train].SelectMany(c => Enumerable.Range(0, run.Data.Slices ? Slices.Count(Prepare(c).Input) : 1).Select(s => (c, s)))]);
        Case[] Named(Split split) => [.. cases[split].Select(c => c.At(site))];
        Splits = new(Named(Split.Train), Named(Split.Validation), Named(Split.Test));
    }

    public string Site { get; }

    /// <summary>What all sites agreed on, under <see cref="IntensityKind.CtForeground"/>; null otherwise.</summary>
    public ForegroundStatistics? Foreground => foreground;

    /// <summary>The cases of each split, in the order of <see cref="Whole"/>'s index.</summary>
    public SiteSplit Splits { get; }

    /// <summary>Training: items for <see cref="Batch"/>, which are images, volumes, or slices under <see cref="DataOptions.Slices"/>. Validation and test: cases for <see cref="Whole"/>.</summary>
    public int Count(Split split) => split == Split.Train ? items.Value.Length : cases[split].Count;

    public int TrainingItems => Count(Split.Train);

    /// <summary>Pixels of all training images on the working grid.</summary>
    public long TrainingPixels() => cases[Split.Train].Sum(c => (long)Prepare(c).Input.ChannelLength);

    /// <summary>Whom each item of <see cref="Batch"/> shows.</summary>
    public IReadOnlyList<string> ItemSubjects => [.. items.Value.Select(i => i.Case.At(Site).Subject)];

    /// <summary>The same site with the cases of another split to draw batches from, and nothing to score.</summary>
    public SiteImages Drawing(Split split) => new(
        Site, new Dictionary<Split, IReadOnlyList<SourcedCase>> { [Split.Train] = cases[split], [Split.Validation] = [], [Split.Test] = [] }, run, cache, foreground);

    /// <summary>The training sites of a simulated run, in site order.</summary>
    /// <exception cref="RosflException">The data do not fit the run.</exception>
    public static IReadOnlyList<SiteImages> Open(RunOptions run) => Open(run, DatasetCatalog.Open(run, StudySeeds.OfRun(run.Seed)));

    /// <summary>
    /// One training site by itself, as the simulation would open it, with no more than its own secret. Statistics that preprocessing needs
    /// over all sites are in the run, or put in by <see cref="With"/>.
    /// </summary>
    /// <exception cref="RosflException">The data do not fit the run, or the run deals subjects out over all sites.</exception>
    public static SiteImages OpenOne(RunOptions run, string site, StudySeeds seeds)
    {
        if (run.Data.DirichletAlpha > 0)
            throw new RosflException(ExitCode.InvalidRun,
                $"data.dirichletAlpha is {run.Data.DirichletAlpha}, which deals the subjects of all sites out anew: only 'rosfl simulate' can; set it to 0.");
        var names = DatasetCatalog.Sites(run);
        var index = names.ToList().IndexOf(site);
        if (index < 0)
            throw new RosflException(ExitCode.InvalidRun, $"Site '{site}' is not among the sites of the run ({string.Join(", ", names)}): correct its name or data.sites.");
        var cases = SiteCases.Divide(run, DatasetCatalog.Open(run, seeds, name => name == site).Single(), index, names.Count, seeds.Site(site));
        return new(site, cases, run, new PictureCache(run.Data.CacheMiB * (1L << 20)), ForegroundStatistics.Of(run));
    }

    /// <summary>Training sites from a simulated study's own data sets.</summary>
    /// <exception cref="RosflException">The data do not fit the run.</exception>
    public static IReadOnlyList<SiteImages> Open(RunOptions run, IReadOnlyList<IDataset> datasets)
    {
        var cache = new PictureCache(run.Data.CacheMiB * (1L << 20));
        SiteImages[] sites = [.. SiteCases.Divide(run, datasets, StudySeeds.OfRun(run.Seed)).Select((cases, i) => new SiteImages(datasets[i].Site, cases, run, cache))];
        if (run.Preprocessing.Intensity != IntensityKind.CtForeground)
            return sites;
        var agreed = ForegroundStatistics.Of(run) ?? FederatedStatistics.Merge(sites.Select(s => s.ForegroundSums()));
        return [.. sites.Select(s => s.With(agreed))];
    }

    /// <summary>The sites that are only tested on; all their cases are in <see cref="Split.Test"/>.</summary>
    /// <param name="trained">The training sites, whose cache and merged statistics are shared; null opens them where the statistics are needed.</param>
    /// <exception cref="RosflException">The data do not fit the run.</exception>
    public static IReadOnlyList<SiteImages> OpenUnseen(RunOptions run, IReadOnlyList<SiteImages>? trained = null)
    {
        if (run.Data.UnseenSites.Length == 0)
            return [];
        if (run.Preprocessing.Intensity == IntensityKind.CtForeground)
            trained ??= Open(run);
        var cache = trained?[0].cache ?? new PictureCache(run.Data.CacheMiB * (1L << 20));
        return [.. DatasetCatalog.OpenUnseen(run).Select(d => new SiteImages(d.Site, SiteCases.AllTest(d), run, cache, trained?[0].foreground))];
    }

    /// <summary>All sites' images as one site, for centralized training; in site order.</summary>
    public static SiteImages Pooled(IReadOnlyList<SiteImages> sites, string name) => new(
        name, Enum.GetValues<Split>().ToDictionary(split => split, split => (IReadOnlyList<SourcedCase>)[.. sites.SelectMany(s => s.cases[split])]),
        sites[0].run, sites[0].cache, sites[0].foreground);

    /// <summary>
    /// Training items as tensors, which belong to the caller's dispose scope. Patch and augmentation of each item depend on
    /// <paramref name="seed"/>, its place and the item alone; with neither, values are exactly those of the preprocessed images.
    /// </summary>
    /// <param name="items">Below <see cref="Count"/> of <see cref="Split.Train"/>.</param>
    /// <exception cref="RosflException">The images differ in size and no patch is set.</exception>
    public Batch Batch(IReadOnlyList<int> items, long seed)
    {
        var seeds = new Seeds(seed);
        var patches = new TrainingPatch[items.Count];
        for (var i = 0; i < patches.Length; i++)
        {
            var (sourced, slice) = this.items.Value[items[i]];
            patches[i] = TrainingPatch.Draw(Prepare(sourced), run.Data.Slices ? slice : null, run, seeds.For("item", i, items[i]));
        }
        return TrainingPatch.Stack(patches, Site);
    }

    /// <summary>Case <paramref name="index"/> of <see cref="Splits"/>, whole.</summary>
    public Whole Whole(Split split, int index)
    {
        var prepared = Prepare(cases[split][index]);
        return new Whole(Splits[split][index], prepared.Input, prepared.WholeTarget, prepared.WholeMask)
        {
            Map = prepared.Map,
            Labels = run.Task == StudyTask.Segmentation,
        };
    }

    /// <summary>Pixels of each label over the training images, inside their masks: the one thing that federated class weights need.</summary>
    public long[] LabelCounts(int classes)
    {
        var counts = new long[classes];
        foreach (var sourced in cases[Split.Train])
        {
            var prepared = Prepare(sourced);
            for (var i = 0; i < prepared.Target.Values.Length; i++)
                if (prepared.Mask is null || prepared.Mask.Values[i] > 0)
                    counts[(int)prepared.Target.Values[i]]++;
        }
        return counts;
    }

    /// <summary>The site's part in the statistics of <see cref="IntensityKind.CtForeground"/>, from its training images.</summary>
    public IReadOnlyList<ForegroundSums> ForegroundSums() =>
        cases[Split.Train].Aggregate((IReadOnlyList<ForegroundSums>)[], (sums, c) =>
        {
            var (input, labels) = preprocessor.ForStatistics(c.Source.Load(c.Case), c.Case.Name);
            return FederatedStatistics.Add(sums, input, labels);
        });

    /// <summary>The same site with the statistics that all sites agreed on.</summary>
    public SiteImages With(ForegroundStatistics agreed) => new(Site, cases, run, cache, agreed);

    private Prepared Prepare(SourcedCase sourced) => cache.Get(sourced, () => preprocessor.Apply(sourced.Source.Load(sourced.Case), sourced.Case.Name, sourced.Source.Site));
}

