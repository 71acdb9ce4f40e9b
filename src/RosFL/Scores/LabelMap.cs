using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Scores;

/// <summary>Labels of one image, background wherever the mask does not count: both maps of a comparison agree there, so it adds to no score.</summary>
internal sealed record LabelMap(int[] Labels, int[] Size, double[] SpacingMm)
{
    /// <exception cref="RosflException">A label that counts is outside 0..classes-1 or not a whole number, or sizes differ.</exception>
    public static LabelMap Of(Picture picture, int classes, Picture? mask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (picture.Channels != 1)
            throw new RosflException(ExitCode.InvalidData,
                $"A label map of {picture.Channels} channels cannot be scored: it has one channel; take the largest output channel first.");
        var labels = new int[picture.Values.Length];
        var counts = Masks.Of(mask, picture);
        for (var i = 0; i < labels.Length; i++)
        {
            if (counts is not null && !counts[i])
                continue;
            var value = picture.Values[i];
            if (!(value >= 0 && value < classes) || value != MathF.Truncate(value))
                throw new RosflException(ExitCode.InvalidData,
                    $"A label map holds a value that is not one of the labels 0..{classes - 1}: set network.outputChannels to the number of classes or correct the labels.");
            labels[i] = (int)value;
        }
        return new LabelMap(labels, picture.Size.ToArray(), picture.SpacingMm);
    }

    /// <summary>Whether each voxel has <paramref name="label"/>.</summary>
    public bool[] Where(int label) => Array.ConvertAll(Labels, l => l == label);
}
