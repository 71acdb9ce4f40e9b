using RosFL.Imaging.Datasets;
using RosFL.Runs;

namespace RosFL.Imaging.Inspection;

/// <summary>What a folder of images holds and what would stop a training on it, without any pixel or person in it.</summary>
/// <param name="Layout">The layout that the folders suggest; null where none fits.</param>
/// <param name="Task">The task that the folders suggest.</param>
/// <param name="SimulateCt">Whether there are images only, whose inputs the CT simulator would have to make.</param>
/// <param name="Ignored">Entries of the root that belong to no site.</param>
/// <param name="Obstacles">What would stop a training, one sentence each with the remedy; bad files are at their site.</param>
public sealed record DataInspection(
    string Folder, DataLayout? Layout, StudyTask Task, bool SimulateCt, IReadOnlyList<SiteInspection> Sites, IReadOnlyList<string> Ignored, IReadOnlyList<string> Obstacles)
{
    /// <summary>Reads every file below <paramref name="folder"/> once.</summary>
    /// <param name="run">A run to try the data with: its layout, task and sites are taken, and every case is prepared as for training. Null guesses from the folders.</param>
    /// <exception cref="RosflException">The folder does not exist.</exception>
    public static DataInspection Of(string folder, RunOptions? run = null)
    {
        if (!Directory.Exists(folder))
            throw new RosflException(ExitCode.InvalidData, $"Folder '{folder}' does not exist: name the root of the images.");
        if ((run?.Data.Layout ?? LayoutGuess.Layout(folder)) is not { } layout || layout == DataLayout.Phantoms)
            return new(folder, null, default, false, [], [], [LayoutGuess.None(folder)]);
        string[] folders = SiteFolders.Fits(layout, folder) ? [folder] : [.. SiteFolders.Below(folder, layout)];
        if (folders.Length == 0)
            return new(folder, layout, default, false, [], [], [LayoutGuess.None(folder)]);
        var (task, simulate) = run is null ? LayoutGuess.Task(layout, folders) : (run.Task, run.Data.SimulateCt);
        var sites = folders.Select(f => SiteReading.Inspect(f, layout, task, simulate)).ToArray();
        string[] ignored = folders[0] == folder ? [] : [.. Directory.EnumerateFileSystemEntries(folder).Except(folders).Order(StringComparer.Ordinal)];
        var obstacles = run is null ? Obstacle.WithoutRun(layout, task, sites) : Obstacle.WithRun(run with { Data = run.Data with { Path = folder } });
        return new(folder, layout, task, simulate, sites, ignored, [.. obstacles]);
    }
}

/// <summary>What one site's folder holds.</summary>
/// <param name="Cases">Complete cases.</param>
/// <param name="Masks">Cases with a mask.</param>
/// <param name="Shapes">Shapes (C, [D,] H, W) of inputs and how many have each.</param>
/// <param name="SpacingsMm">Spacings of inputs and how many have each.</param>
/// <param name="Input">In file units; null where no file could be read.</param>
/// <param name="Target">Of target images; null for labels.</param>
/// <param name="Labels">Values of label files by value; empty for target images.</param>
/// <param name="Problems">Every file that is malformed or does not fit, with the reason.</param>
/// <param name="Ignored">Files and folders that are no part of the study.</param>
public sealed record SiteInspection(
    string Site, int Cases, int Masks, IReadOnlyList<Tally> Shapes, IReadOnlyList<Tally> SpacingsMm, IntensityRange? Input, IntensityRange? Target,
    IReadOnlyList<LabelTally> Labels, IReadOnlyList<FileProblem> Problems, IReadOnlyList<string> Ignored);

/// <summary>How many images have a property such as "3x605x700".</summary>
public sealed record Tally(string Value, int Images);

/// <summary>A label value, the images that hold it, and its share of all pixels.</summary>
public sealed record LabelTally(double Value, int Images, double Share);

/// <summary>Intensities over all images of a site.</summary>
public sealed record IntensityRange(double Lowest, double Highest, double Mean, double Deviation);
