using RosFL.Runs;

namespace RosFL.Imaging.Augmentation;

/// <summary>Chooses where a training patch lies.</summary>
public static class PatchChoice
{
    /// <summary>
    /// The whole picture without <see cref="PreprocessingOptions.Patch"/>; else a patch, with probability <see cref="PreprocessingOptions.Foreground"/>
    /// around a random pixel with a label above 0 and elsewhere uniform. A patch beyond a small picture is filled by its border pixels.
    /// </summary>
    /// <param name="labels">The picture's labels; null for images, whose patches are uniform.</param>
    public static GridTransform Draw(Picture picture, Picture? labels, PreprocessingOptions options, Random random)
    {
        var source = GridTransform.SizeOf(picture);
        if (options.Patch.Length == 0)
            return GridTransform.Crop([0, 0, 0], source);
        int[] size = [.. Enumerable.Repeat(1, 3 - options.Patch.Length), .. options.Patch];
        var foreground = labels is not null && random.NextDouble() < options.Foreground ? AnyForeground(labels, random) : null;
        return GridTransform.Crop([.. Enumerable.Range(0, 3).Select(axis => Start(source[axis], size[axis], foreground?[axis], random))], size);
    }

    private static int Start(int source, int size, int? middle, Random random)
    {
        if (size >= source)
            return -(size - source) / 2;
        return middle is { } m ? Math.Clamp(m - size / 2, 0, source - size) : random.Next(source - size + 1);
    }

    /// <summary>(D, H, W) of a pixel with a label, uniform over all of them; null where there is none.</summary>
    private static int[]? AnyForeground(Picture labels, Random random)
    {
        var values = labels.Values;
        var count = 0;
        foreach (var value in values)
            count += value > 0 ? 1 : 0;
        if (count == 0)
            return null;
        var index = -1;
        for (var left = random.Next(count); left >= 0; left -= values[index] > 0 ? 1 : 0)
            index++;
        var size = GridTransform.SizeOf(labels);
        return [index / (size[1] * size[2]), index / size[2] % size[1], index % size[2]];
    }
}
