namespace RosFL.Imaging.Phantoms;

/// <summary>
/// One part of the anatomy in mm from the centre of the image (x right, y down, z along the body): what it covers becomes <paramref name="Hu"/>
/// and <paramref name="Label"/>. A 2D phantom is its plane z = 0.
/// </summary>
/// <param name="Turn">Rotation in the x-y plane in radians.</param>
internal sealed record Ellipsoid(
    double X, double Y, double Z, double HalfX, double HalfY, double HalfZ, double Turn, double Hu, byte Label = 0)
{
    public double LargestHalf => Math.Max(HalfX, HalfY);

    public double SmallestHalf => Math.Min(HalfX, Math.Min(HalfY, HalfZ));

    /// <summary>Distance from the centre in units of the border's distance in that direction: below 1 inside.</summary>
    public double Radius(double x, double y, double z)
    {
        var (sin, cos) = Math.SinCos(Turn);
        var u = ((x - X) * cos + (y - Y) * sin) / HalfX;
        var v = ((y - Y) * cos - (x - X) * sin) / HalfY;
        var w = (z - Z) / HalfZ;
        return Math.Sqrt(u * u + v * v + w * w);
    }
}
