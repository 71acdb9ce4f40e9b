using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging.Ct;

/// <summary>An ellipse of value 1, in mm from the isocentre: centre, half axes, rotation.</summary>
internal sealed record Ellipse(double X, double Y, double A, double B, double Rotation)
{
    /// <summary>Pixels by 4x4 samples each, so that the border is area-weighted; (1,1,height,width).</summary>
    public Tensor Draw(int height, int width, double pixelMm)
    {
        const int Samples = 4;
        var values = new float[height * width];
        for (var i = 0; i < values.Length * Samples * Samples; i++)
        {
            var (pixel, sample) = (i / (Samples * Samples), i % (Samples * Samples));
            var x = (pixel % width - width / 2.0 + (sample % Samples + 0.5) / Samples) * pixelMm;
            var y = (pixel / width - height / 2.0 + (sample / Samples + 0.5) / Samples) * pixelMm;
            var (u, v) = InOwnFrame(x - X, y - Y);
            values[pixel] += u * u + v * v <= 1 ? 1f / (Samples * Samples) : 0;
        }
        return tensor(values, [1, 1, height, width]);
    }

    /// <summary>Length of each ray inside the ellipse: (views, bins).</summary>
    public Tensor Project(CtGeometryOptions geometry)
    {
        var values = new float[geometry.Views * geometry.Bins];
        for (var i = 0; i < values.Length; i++)
        {
            var fan = geometry.SourceMm > 0;
            var angle = (fan ? 2 : 1) * Math.PI * (i / geometry.Bins) / geometry.Views;
            var s = (i % geometry.Bins - (geometry.Bins - 1) / 2.0) * geometry.BinMm;
            var (sin, cos) = Math.SinCos(angle);
            var (sx, sy) = (sin * geometry.SourceMm, -cos * geometry.SourceMm);
            var (dx, dy) = fan ? (s * cos - geometry.DetectorMm * sin, s * sin + geometry.DetectorMm * cos) : (-sin, cos);
            values[i] = fan ? (float)Chord(sx, sy, dx, dy) : (float)Chord(s * cos, s * sin, dx, dy);
        }
        return tensor(values, [geometry.Views, geometry.Bins]);
    }

    private double Chord(double px, double py, double dx, double dy)
    {
        var (u, v) = InOwnFrame(px - X, py - Y);
        var (du, dv) = InOwnFrame(dx, dy);
        var (a, b, c) = (du * du + dv * dv, u * du + v * dv, u * u + v * v - 1);
        var inside = b * b - a * c;
        return inside <= 0 ? 0 : 2 * Math.Sqrt(inside) / a * Math.Sqrt(dx * dx + dy * dy);
    }

    private (double U, double V) InOwnFrame(double x, double y)
    {
        var (sin, cos) = Math.SinCos(Rotation);
        return ((x * cos + y * sin) / A, (y * cos - x * sin) / B);
    }
}
