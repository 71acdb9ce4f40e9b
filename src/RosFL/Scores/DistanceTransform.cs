namespace RosFL.Scores;

/// <summary>Exact Euclidean distances to the nearest voxel of a set: the lower envelope of parabolas, one axis after the other (Felzenszwalb and Huttenlocher 2012).</summary>
public static class DistanceTransform
{
    /// <summary>Squared distance in mm² from every voxel centre to the nearest voxel of <paramref name="set"/>; infinite where the set is empty.</summary>
    /// <param name="set">Row-major, the last axis fastest.</param>
    /// <param name="size">Voxels along each axis, any number of axes.</param>
    /// <param name="spacingMm">Distance of voxel centres along each axis.</param>
    public static double[] Squared(ReadOnlySpan<bool> set, ReadOnlySpan<int> size, ReadOnlySpan<double> spacingMm)
    {
        var distances = new double[set.Length];
        for (var i = 0; i < set.Length; i++)
            distances[i] = set[i] ? 0 : double.PositiveInfinity;
        var stride = 1;
        for (var axis = size.Length - 1; axis >= 0; axis--)
        {
            AlongAxis(distances, size[axis], stride, spacingMm[axis]);
            stride *= size[axis];
        }
        return distances;
    }

    private static void AlongAxis(double[] distances, int length, int stride, double spacing)
    {
        var line = new double[length];
        var envelope = new Envelope(length, spacing);
        for (var block = 0; block < distances.Length; block += length * stride)
            for (var start = block; start < block + stride; start++)
            {
                for (var q = 0; q < length; q++)
                    line[q] = distances[start + q * stride];
                if (!envelope.Build(line))
                    continue;
                for (var q = 0; q < length; q++)
                    distances[start + q * stride] = envelope.At(q, line);
            }
    }

    /// <summary>The lower envelope of the parabolas that stand on the finite values of a line.</summary>
    private sealed class Envelope(int length, double spacing)
    {
        private readonly int[] foot = new int[length];
        private readonly double[] from = new double[length];
        private int last;
        private int current;

        /// <summary>False where no value of the line is finite.</summary>
        public bool Build(double[] line)
        {
            (last, current) = (-1, 0);
            for (var q = 0; q < line.Length; q++)
            {
                if (double.IsInfinity(line[q]))
                    continue;
                var begins = double.NegativeInfinity;
                while (last >= 0 && (begins = Crossing(line, foot[last], q)) <= from[last])
                    last--;
                last++;
                (foot[last], from[last]) = (q, last == 0 ? double.NegativeInfinity : begins);
            }
            return last >= 0;
        }

        /// <summary>The envelope's value at <paramref name="q"/>, asked in rising order.</summary>
        public double At(int q, double[] line)
        {
            while (current < last && from[current + 1] < q)
                current++;
            var away = (q - foot[current]) * spacing;
            return line[foot[current]] + away * away;
        }

        private double Crossing(double[] line, int left, int right) =>
            ((line[right] - line[left]) / (spacing * spacing) + (double)right * right - (double)left * left) / (2.0 * (right - left));
    }
}
