namespace RosFL.Imaging.Baselines;

/// <summary>Median of a square.</summary>
/// <param name="Radius">Pixels; the square has 2 radius + 1 on a side.</param>
public sealed record MedianFilter(int Radius) : ClassicalFilter
{
    internal override Plane Apply(Plane plane)
    {
        var (side, wide) = (2 * Radius + 1, plane.Widened(Radius));
        var result = new float[plane.Values.Length];
        Span<float> square = new float[side * side];
        for (var i = 0; i < result.Length; i++)
        {
            var corner = i / plane.Width * wide.Width + i % plane.Width;
            for (var row = 0; row < side; row++)
                wide.Values.AsSpan(corner + row * wide.Width, side).CopyTo(square[(row * side)..]);
            square.Sort();
            result[i] = square[square.Length / 2];
        }
        return plane with { Values = result };
    }
}
