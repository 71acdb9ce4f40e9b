using RosFL.Runs;

namespace RosFL.Imaging.Preprocessing;

/// <summary>Takes examples from file units and grids to those of the network, under one run's options.</summary>
/// <param name="foreground">For <see cref="IntensityKind.CtForeground"/>; null otherwise.</param>
public sealed class Preprocessor(RunOptions run, ForegroundStatistics? foreground = null)
{
    private readonly PreprocessingOptions options = run.Preprocessing;

    private bool Segments => run.Task == StudyTask.Segmentation;

    /// <param name="site">Whose working grid to use; a name that the run does not know takes the run's.</param>
    /// <exception cref="RosflException">The pictures do not fit together, or not the run's network.</exception>
    public Prepared Apply(Example example, string name, string site)
    {
        var (input, target, mask) = Fitted(example, name);
        var wholeTarget = target;
        var wholeMask = mask;
        if (SpacingOf(site) is { Length: > 0 } spacing)
        {
            var size = Resampling.SizeFor(input, SpacingFor(input, spacing));
            input = Resampling.Linear(input, size);
            target = Segments ? Resampling.Nearest(target, size) : Resampling.Linear(target, size);
            mask = mask is null ? null : Resampling.Nearest(mask, size);
        }
        var map = IntensityFit.Map(input, mask, options, foreground);
        return new Prepared(map.Forward(input), Segments ? target : map.Forward(target), mask, map, wholeTarget, wholeMask);
    }

    /// <summary>Input and labels as the foreground statistics count them: channels chosen, intensities as in the file.</summary>
    public (Picture Input, Picture Labels) ForStatistics(Example example, string name)
    {
        if (!Segments)
            throw new RosflException(ExitCode.InvalidRun, $"preprocessing.intensity ctForeground needs labels, which task {run.Task} has not: choose window.");
        var (input, labels, _) = Fitted(example, name);
        return (input, labels);
    }

    private Example Fitted(Example example, string name)
    {
        var input = ChooseChannel(example.Input, name);
        var target = Segments
            ? LabelMaps.Labels(example.Target, Math.Max(2, run.Network.OutputChannels), options.BinaryLabels, name)
            : ChooseChannel(example.Target, name);
        var mask = example.Mask is null ? null : LabelMaps.Mask(example.Mask, name);
        Check(input.SameSize(target), name, $"a target of size {Text(target.Size)} for an input of size {Text(input.Size)}", "both must have the same pixels; export them again on one grid");
        Check(mask is null || input.SameSize(mask), name, $"a mask of another size than its input of size {Text(input.Size)}", "both must have the same pixels; export them again on one grid");
        Check(mask is null || Array.Exists(mask.Values, v => v > 0), name, "a mask without any pixel above 0", "nothing of it would be trained or scored; correct the mask, or remove the image");
        Check(input.Channels == run.Network.InputChannels, name, $"{input.Channels} channels where network.inputChannels is {run.Network.InputChannels}",
            "both must agree; set network.inputChannels, or take one channel with preprocessing.channel");
        Check(Segments || target.Channels == run.Network.OutputChannels, name, $"a target of {target.Channels} channels where network.outputChannels is {run.Network.OutputChannels}",
            "both must agree; set network.outputChannels");
        CheckDimensions(input, name);
        return new Example(input, target, mask);
    }

    private void CheckDimensions(Picture input, string name)
    {
        var sliced = run.Data.Slices ? 2 : input.Dimensions;
        Check(sliced == run.Network.Dimensions, name, $"{input.Dimensions} spatial dimensions where network.dimensions is {run.Network.Dimensions}",
            input.Dimensions > run.Network.Dimensions ? "set data.slices to train on 2D slices, or network.dimensions to 3" : "set network.dimensions to 2");
    }

    private Picture ChooseChannel(Picture picture, string name)
    {
        var channel = options.Channel;
        if (channel < 0 || picture.Channels == 1)
            return picture;
        Check(channel < picture.Channels, name, $"{picture.Channels} channels where preprocessing.channel is {channel}", "channels count from 0; choose one that exists");
        return new Picture(picture.Values.AsSpan(channel * picture.ChannelLength, picture.ChannelLength).ToArray(), [1, .. picture.Size])
        {
            SpacingMm = picture.SpacingMm,
            Affine = picture.Affine,
        };
    }

    /// <summary>Slices keep their distance: the option then has two numbers, for the axes within a slice.</summary>
    private static double[] SpacingFor(Picture input, double[] spacing) =>
        [.. input.SpacingMm[..(input.Dimensions - spacing.Length)], .. spacing];

    private double[] SpacingOf(string site) =>
        run.Data.Sites.Concat(run.Data.UnseenSites).FirstOrDefault(s => s.Name == site)?.SpacingMm ?? options.SpacingMm;

    private static string Text(ReadOnlySpan<int> size) => string.Join("x", size.ToArray());

    private static void Check(bool holds, string name, string found, string remedy)
    {
        if (!holds)
            throw new RosflException(ExitCode.InvalidData, $"Image '{name}' has {found}: {remedy}.");
    }
}

