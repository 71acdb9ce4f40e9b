using RosFL.Imaging.Preprocessing;

namespace RosFL.Imaging;

/// <summary>A case for evaluation and prediction: the network's input, and the truth on its own grid in its own units.</summary>
/// <param name="Input">Network units, working grid; a volume (C, D, H, W) also where training takes its slices.</param>
/// <param name="Target">Labels, or an image in its own units (HU), on the original grid.</param>
/// <param name="Mask">On the original grid, 1 where scores count; null counts all.</param>
public sealed record Whole(Case Case, Picture Input, Picture Target, Picture? Mask)
{
    /// <summary>From the target's units to the network's.</summary>
    public required IntensityMap Map { get; init; }

    /// <summary>Whether the network's output are scores of labels.</summary>
    public required bool Labels { get; init; }

    /// <summary>
    /// Takes a network's output on the working grid to the target's units and grid. Labels: (classes, ...) scores, interpolated and then
    /// decided by the largest, give (1, ...) labels. Images: interpolated and mapped back.
    /// </summary>
    public Picture Restore(Picture output)
    {
        var onGrid = Resampling.Linear(output, Target.Size);
        var restored = Labels ? Largest(onGrid) : Map.Backward(onGrid);
        return restored with { SpacingMm = Target.SpacingMm, Affine = Target.Affine };
    }

    /// <summary>The input in file units on the original grid, to show and (restoration) to score beside the network's output.</summary>
    public Picture RestoredInput() => Map.Backward(Resampling.Linear(Input, Target.Size)) with { SpacingMm = Target.SpacingMm, Affine = Target.Affine };

    private static Picture Largest(Picture scores)
    {
        var labels = new float[scores.ChannelLength];
        for (var i = 0; i < labels.Length; i++)
        {
            var best = 0;
            for (var c = 1; c < scores.Channels; c++)
                if (scores.Values[c * labels.Length + i] > scores.Values[best * labels.Length + i])
                    best = c;
            labels[i] = best;
        }
        return new Picture(labels, [1, .. scores.Size]);
    }
}
