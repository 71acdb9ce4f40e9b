namespace RosFL.Imaging.Splits;

/// <summary>Normal numbers from a seeded source.</summary>
internal static class NormalDraws
{
    /// <summary>A standard normal number (Box and Muller 1958), from exactly two draws.</summary>
    public static double NextNormal(this Random random)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
