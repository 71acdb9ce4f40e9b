using RosFL.Runs;

namespace RosFL.Imaging.Preprocessing;

/// <summary>Turns what label and mask files hold into label maps 0, 1, ... and masks 0, 1.</summary>
public static class LabelMaps
{
    /// <summary>One channel of whole numbers from 0 to <paramref name="classes"/> - 1. A colour file must be gray.</summary>
    /// <exception cref="RosflException">Another value, or colours.</exception>
    public static Picture Labels(Picture file, int classes, bool binary, string name)
    {
        var picture = SingleChannel(file, name);
        var values = picture.Values;
        if (binary)
            return picture with { Values = Array.ConvertAll(values, v => v > 0 ? 1f : 0f) };
        foreach (var value in values)
            if (!(value >= 0 && value < classes) || value != MathF.Floor(value))
                throw new RosflException(ExitCode.InvalidData,
                    $"The labels of '{name}' hold other values than the whole numbers 0 to {classes - 1}: set preprocessing.binaryLabels for 0/255 masks, or network.outputChannels to the number of classes.");
        return picture;
    }

    /// <summary>1 where the file is above 0, one channel.</summary>
    public static Picture Mask(Picture file, string name)
    {
        var picture = SingleChannel(file, name);
        return picture with { Values = Array.ConvertAll(picture.Values, v => v > 0 ? 1f : 0f) };
    }

    private static Picture SingleChannel(Picture file, string name)
    {
        if (file.Channels == 1)
            return file;
        var first = file.Values.AsSpan(0, file.ChannelLength);
        for (var c = 1; c < Math.Min(3, file.Channels); c++)
            if (!first.SequenceEqual(file.Values.AsSpan(c * file.ChannelLength, file.ChannelLength)))
                throw new RosflException(ExitCode.InvalidData, $"The label or mask of '{name}' is a colour image whose channels differ: save it as gray numbers.");
        return new Picture(first.ToArray(), [1, .. file.Size]) { SpacingMm = file.SpacingMm, Affine = file.Affine };
    }
}
