using RosFL.Runs;

namespace RosFL.Imaging.Augmentation;

/// <summary>Flips, quarter turns, small rotations and scalings of a patch; input, target and mask go through the same transform.</summary>
public static class SpatialAugmentation
{
    /// <summary>The transform with everything drawn that the options allow. Quarter turns of boxes that are not square are half turns, so that sizes stay.</summary>
    public static GridTransform Draw(GridTransform patch, AugmentationOptions options, Random random)
    {
        var (depth, plane) = (patch.Depth, patch.Plane);
        if (options.Flip)
        {
            depth *= patch.Size[0] > 1 && random.Next(2) == 1 ? -1 : 1;
            plane = Times(plane, [random.Next(2) == 1 ? -1 : 1, 0, 0, random.Next(2) == 1 ? -1 : 1]);
        }
        if (options.Rotate90)
            plane = Times(plane, QuarterTurns(patch.Size[1] == patch.Size[2] ? random.Next(4) : 2 * random.Next(2)));
        if (options.RotateDegrees > 0)
            plane = Times(plane, Rotation(Signed(random) * options.RotateDegrees * Math.PI / 180));
        if (options.Scale > 0)
        {
            var factor = Math.Pow(1 + options.Scale, Signed(random));
            plane = [.. plane.Select(x => x * factor)];
            depth *= patch.Size[0] > 1 ? factor : 1;
        }
        return patch with { Depth = depth, Plane = plane };
    }

    private static double Signed(Random random) => 2 * random.NextDouble() - 1;

    private static double[] QuarterTurns(int count) => count switch
    {
        0 => [1, 0, 0, 1],
        1 => [0, -1, 1, 0],
        2 => [-1, 0, 0, -1],
        _ => [0, 1, -1, 0],
    };

    private static double[] Rotation(double angle) => [Math.Cos(angle), -Math.Sin(angle), Math.Sin(angle), Math.Cos(angle)];

    private static double[] Times(double[] a, double[] b) =>
        [a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]];
}
