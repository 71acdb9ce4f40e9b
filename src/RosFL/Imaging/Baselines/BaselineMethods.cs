using RosFL.Runs;

namespace RosFL.Imaging.Baselines;

/// <summary>
/// What can be had without a network, by task: the untouched input and five tuned filters for restoration and reconstruction, the tuned
/// ridge filter for vessels (dark lines in 2D images, labels 0 and 1).
/// </summary>
public static class BaselineMethods
{
    public const string Input = "input", Ridge = "ridge filter";

    /// <summary>How many images a method is tuned on at most, drawn evenly from those that there are.</summary>
    private const int MostTuned = 8;

    /// <summary>The rows of a table, in order.</summary>
    /// <exception cref="RosflException">There is no classical method for this run.</exception>
    public static IReadOnlyList<string> NamesFor(RunOptions run)
    {
        if (run.Task != StudyTask.Segmentation)
            return [Input, .. ClassicalDenoiser.Names];
        return run.Network is { Dimensions: 2, OutputChannels: 2 } && !run.Data.Slices ? [Ridge] : throw new RosflException(ExitCode.InvalidRun,
            $"Run '{run.Name}' has no classical baseline: the ridge filter finds vessels in 2D images with labels 0 and 1, and this run has {run.Network.Dimensions} dimensions and {run.Network.OutputChannels} classes; leave --baselines out.");
    }

    /// <summary>The methods with the numbers that did best on <paramref name="images"/>, in the order of <see cref="NamesFor"/>.</summary>
    public static IReadOnlyList<Baseline> Tune(IReadOnlyList<Whole> images, RunOptions run)
    {
        if (run.Task == StudyTask.Segmentation)
        {
            var ridge = TunedRidgeFilter.Tune([.. images.Select(whole => (Green(whole), whole.Target, whole.Mask))]);
            return [new(Ridge, whole => ridge.Segment(Green(whole), whole.Mask))];
        }
        var filters = ClassicalDenoiser.Tune([.. images.Select(whole => (whole.RestoredInput(), whole.Target))], run.Evaluation).ToDictionary(tuned => tuned.Name, tuned => tuned.Filter);
        return [new(Input, whole => whole.RestoredInput()), .. ClassicalDenoiser.Names.Select(name => new Baseline(name, whole => filters[name].Apply(whole.RestoredInput())))];
    }

    /// <summary>
    /// A site's images to tune on, drawn evenly: those for validation; where it has none, those for training. Never the test's.
    /// </summary>
    public static IReadOnlyList<Whole> TuningImages(SiteImages site)
    {
        var (split, count) = site.Splits.Validation.Count > 0 ? (Split.Validation, site.Splits.Validation.Count) : (Split.Train, site.Splits.Train.Count);
        var taken = Math.Min(count, MostTuned);
        return [.. Enumerable.Range(0, taken).Select(i => site.Whole(split, i * count / taken))];
    }

    /// <summary>Vessels are darkest in green; of an image of one channel, that channel.</summary>
    private static Picture Green(Whole whole)
    {
        var picture = whole.RestoredInput();
        var channel = Math.Min(1, picture.Channels - 1);
        return new Picture(picture.Values.AsSpan(channel * picture.ChannelLength, picture.ChannelLength).ToArray(), [1, .. picture.Size]) { SpacingMm = picture.SpacingMm };
    }
}
