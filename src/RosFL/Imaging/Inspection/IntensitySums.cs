namespace RosFL.Imaging.Inspection;

/// <summary>Range, mean and deviation over many pictures, without keeping any.</summary>
internal sealed class IntensitySums
{
    private long count;
    private double lowest = double.PositiveInfinity, highest = double.NegativeInfinity, sum, squares;

    public IntensityRange? Range => count == 0 ? null
        : new(lowest, highest, sum / count, Math.Sqrt(Math.Max(0, squares / count - sum / count * (sum / count))));

    public void Add(Picture picture)
    {
        foreach (var value in picture.Values)
        {
            (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
            sum += value;
            squares += (double)value * value;
        }
        count += picture.Values.Length;
    }
}

