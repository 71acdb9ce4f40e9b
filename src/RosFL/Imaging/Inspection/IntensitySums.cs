namespace RosFL.Imaging.Inspection;

/// <summary>Range, mean and deviation over many pictures, without keeping any.</summary>
internal sealed class IntensitySums
{
    private long _count;
    private double _lowest = double.PositiveInfinity, _highest = double.NegativeInfinity, _sum, _squares;

    public IntensityRange? Range => _count == 0 ? null
        : new(_lowest, _highest, _sum / _count, Math.Sqrt(Math.Max(0, _squares / _count - _sum / _count * (_sum / _count))));

    public void Add(Picture picture)
    {
        foreach (var value in picture.Values)
        {
            (_lowest, _highest) = (Math.Min(_lowest, value), Math.Max(_highest, value));
            _sum += value;
            _squares += (double)value * value;
        }
        _count += picture.Values.Length;
    }
}
