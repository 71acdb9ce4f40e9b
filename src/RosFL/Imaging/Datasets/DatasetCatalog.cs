using System.Text.RegularExpressions;
using RosFL.Imaging.Phantoms;
using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>Opens the data of a run: one data set a site, in site order.</summary>
public static class DatasetCatalog
{
    private const int ShownProblems = 5;

    /// <summary>The names of the training sites, in site order.</summary>
    /// <exception cref="RosflException">The data folder is missing or holds no site.</exception>
    public static IReadOnlyList<string> Sites(RunOptions run)
    {
        if (run.Data.Layout == DataLayout.Phantoms)
            return [.. PhantomDataset.Sites(run.Data).Select(s => s.Name)];
        return [.. Sites(run.Data, SubjectNames.Of(run.Data)).Select(s => s.Name)];
    }

    /// <summary>The training sites.</summary>
    /// <param name="seeds">At least the secrets of the sites that pass.</param>
    /// <param name="wanted">Which sites by name; null for all.</param>
    /// <exception cref="RosflException">A folder is missing, files do not pair, or persons are unknown.</exception>
    public static IReadOnlyList<IDataset> Open(RunOptions run, StudySeeds seeds, Predicate<string>? wanted = null)
    {
        if (run.Data.Layout == DataLayout.Phantoms)
            return PhantomDataset.Hospitals(run, seeds, wanted);
        var names = SubjectNames.Of(run.Data);
        var taken = new Dictionary<string, string>();
        return [.. Sites(run.Data, names).Where(site => wanted?.Invoke(site.Name) ?? true).Select(site => Open(run, site, names, taken))];
    }

    /// <summary>The sites that are only tested on.</summary>
    /// <exception cref="RosflException">A folder is missing or files do not pair.</exception>
    public static IReadOnlyList<IDataset> OpenUnseen(RunOptions run)
    {
        if (run.Data.UnseenSites.Length == 0)
            return [];
        CheckRoot(run.Data);
        // nobody is trained on, so nobody can leak: every file may be its own person
        var names = new SubjectNames(new DataOptions { SubjectIsFile = true }, table: null);
        return [.. run.Data.UnseenSites.Select(site => Open(run, site, names, []))];
    }

    private static SiteOptions[] Sites(DataOptions data, SubjectNames names)
    {
        CheckRoot(data);
        return data.Sites.Length > 0 ? data.Sites : SiteFolders.Discover(data, names.Table);
    }

    private static IDataset Open(RunOptions run, SiteOptions site, SubjectNames names, Dictionary<string, string> taken)
    {
        var folder = SiteFolders.Of(run.Data, site);
        var listing = List(run.Data.Layout, folder, run.Task, run.Data.SimulateCt);
        Refuse(listing.Problems, site.Name);
        var files = Choose(listing.Cases, site, folder, names);
        foreach (var file in files)
            if (!taken.TryAdd(file.Inputs[0], site.Name))
                throw new RosflException(ExitCode.InvalidRun,
                    $"File '{file.Inputs[0]}' belongs to both sites '{taken[file.Inputs[0]]}' and '{site.Name}': give them different folders, files or parts.");
        var dataset = new FileDataset(site.Name, files, file => names.Subject(site.Name, file.NamingFile),
            site.Scale ?? run.Preprocessing.Scale, site.Offset ?? run.Preprocessing.Offset, run.Task != StudyTask.Segmentation);
        var ct = run.Ct with { Geometry = site.Geometry ?? run.Ct.Geometry, AirBelowHu = site.AirBelowHu ?? run.Ct.AirBelowHu };
        return run.Data.SimulateCt ? new ScannedDataset(dataset, ct) : dataset;
    }

    internal static FolderListing List(DataLayout layout, string folder, StudyTask task, bool simulateCt) => layout switch
    {
        DataLayout.NnUNet => NnUNetLayout.List(folder),
        DataLayout.Geometry => GeometryLayout.List(folder),
        _ => FoldersLayout.List(folder, task, simulateCt),
    };

    private static CaseFiles[] Choose(IReadOnlyList<CaseFiles> all, SiteOptions site, string folder, SubjectNames names)
    {
        var pattern = site.Files.Length == 0 ? null : new Regex(site.Files, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        CaseFiles[] chosen = [.. all.Where(c => pattern?.IsMatch(Path.GetFileName(c.NamingFile)) ?? true).Where(c => names.Table?.IsAt(site.Name, c.NamingFile) ?? true)];
        if (site.Parts > 1)
        {
            string SubjectOf(CaseFiles c) => names.Subject(site.Name, c.NamingFile);
            var mine = chosen.Select(SubjectOf).Distinct().Order(StringComparer.Ordinal).Where((_, i) => i % site.Parts == site.Part).ToHashSet();
            chosen = [.. chosen.Where(c => mine.Contains(SubjectOf(c)))];
        }
        return chosen.Length > 0 ? chosen : throw new RosflException(ExitCode.InvalidData,
            $"Site '{site.Name}' has no images left of the {all.Count} in '{folder}': check its files pattern, its part, and the site column of the subjects file.");
    }

    private static void Refuse(IReadOnlyList<FileProblem> problems, string site)
    {
        if (problems.Count == 0)
            return;
        var more = problems.Count > ShownProblems ? $"; and {problems.Count - ShownProblems} more (rosfl data inspect lists all)" : "";
        throw new RosflException(ExitCode.InvalidData, $"Site '{site}' has files that do not fit: {string.Join("; ", problems.Take(ShownProblems))}{more}.");
    }

    private static void CheckRoot(DataOptions data)
    {
        if (!Directory.Exists(data.Path))
            throw new RosflException(ExitCode.InvalidData, $"Data folder '{data.Path}' does not exist: set data.path or --data to the root of the images.");
    }
}
