using System.Text.Json;
using RosFL.Imaging.Datasets;
using RosFL.Runs;
using RosFL.Training.Losses;

namespace RosFL.Imaging.Preprocessing;

/// <summary>
/// What one site tells of its training images before a study between machines, so that all sites use one intensity map and one set of class weights:
/// sums and counts, no image.
/// </summary>
/// <param name="Foreground">For preprocessing.intensity ct-foreground, one entry a channel; empty under others.</param>
/// <param name="Labels">Pixels of each label, for training.federatedClassWeights; empty without it.</param>
public sealed record SiteStatistics(string Site, IReadOnlyList<ForegroundSums> Foreground, IReadOnlyList<long> Labels)
{
    /// <summary>Whether a run asks for statistics over all sites that it does not hold yet.</summary>
    public static bool AreNeeded(RunOptions run) => NeedsMap(run) || run.Training.FederatedClassWeights;

    /// <summary>Reads all training images of a site once.</summary>
    /// <param name="run">As the study's, with the place of the site's data.</param>
    /// <exception cref="RosflException">The data do not fit the run.</exception>
    public static SiteStatistics Of(RunOptions run, string site, StudySeeds seeds)
    {
        // labels are counted on the grid of training, for which intensities need not be known yet
        var images = SiteImages.OpenOne(run with { Preprocessing = run.Preprocessing with { Intensity = IntensityKind.None } }, site, seeds);
        return new(site, NeedsMap(run) ? images.ForegroundSums() : [], run.Training.FederatedClassWeights ? images.LabelCounts(run.Network.OutputChannels) : []);
    }

    /// <summary>The run file with what all sites' statistics come to, in the order of the sites.</summary>
    /// <exception cref="RosflException">The statistics are of another run.</exception>
    public static RunFile Agreed(RunFile file, IReadOnlyList<SiteStatistics> sites, RunNames? names)
    {
        var run = file.Options;
        if (run.Training.FederatedClassWeights && sites.FirstOrDefault(s => s.Labels.Count != run.Network.OutputChannels || s.Labels.Any(n => n < 0)) is { } labels)
            throw new RosflException(ExitCode.InvalidFile, $"The statistics of site '{labels.Site}' do not count {run.Network.OutputChannels} labels: make them with the study's run file.");
        if (NeedsMap(run) && sites.FirstOrDefault(s => !s.Foreground.All(c => c.IsWhole)) is { } sums)
            throw new RosflException(ExitCode.InvalidFile, $"The foreground sums of site '{sums.Site}' do not add up: make them with 'rosfl data statistics'.");
        List<string> settings = [];
        if (NeedsMap(run))
            settings.Add($"preprocessing.foregroundMap={Json(FederatedStatistics.Merge(sites.Select(s => s.Foreground)).ToOptions())}");
        if (run.Training.FederatedClassWeights)
            settings.AddRange(["training.federatedClassWeights=null", $"training.classWeights={Json(ClassWeights.FromCounts(ClassWeights.Sum([.. sites.Select(s => s.Labels)])))}"]);
        return file.With(settings, names);
    }

    /// <summary>The same by one who has all sites' images, as on loopback; a run that asks for no statistics stays as it is.</summary>
    /// <exception cref="RosflException">The data do not fit the run.</exception>
    public static RunFile Gathered(RunFile file, RunNames names)
    {
        if (!AreNeeded(file.Options)) return file;
        var seeds = StudySeeds.OfRun(file.Options.Seed);
        return Agreed(file, [.. DatasetCatalog.Sites(file.Options).Select(site => Of(file.Options, site, seeds))], names);
    }

    private static bool NeedsMap(RunOptions run) => run.Preprocessing is { Intensity: IntensityKind.CtForeground, ForegroundMap.Length: 0 };

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, RunJson.Options);
}
