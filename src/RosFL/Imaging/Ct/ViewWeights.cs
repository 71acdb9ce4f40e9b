using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>
/// The weight of every ray before filtering: the fan's cosine, and its share among the rays that measure the same line. A line seen from
/// (a, g) is seen again from (a + pi - 2g, -g): on a full arc both count half, on a short one a smooth taper shares them out (Noo et al.
/// 2002), and a line seen once counts whole. So a limited arc is reconstructed plainly: what was not measured is missing.
/// </summary>
internal static class ViewWeights
{
    private const double TaperDegrees = 10;

    /// <summary>(views, bins), times the angle between views.</summary>
    public static Tensor Of(ScanGeometry geometry)
    {
        var o = geometry.Options;
        var values = new float[o.Views * o.Bins];
        for (var bin = 0; bin < o.Bins; bin++)
        {
            var fan = geometry.FanAngle(geometry.Offset(bin));
            var scale = Math.Cos(fan) * geometry.Arc / o.Views;
            for (var view = 0; view < o.Views; view++)
                values[view * o.Bins + bin] = (float)(scale * Share(geometry, geometry.Arc * (view + 0.5) / o.Views, fan));
        }
        return tensor(values, [o.Views, o.Bins]);
    }

    private static double Share(ScanGeometry geometry, double angle, double fan)
    {
        if (!geometry.IsFan)
            return 1;
        if (geometry.Arc >= geometry.FullArc)
            return 0.5;
        var twin = angle + Math.PI - 2 * fan;
        var (own, other) = (Taper(angle, geometry.Arc), Taper(twin - 2 * Math.PI * Math.Floor(twin / (2 * Math.PI)), geometry.Arc));
        return own / (own + other);
    }

    private static double Taper(double angle, double arc)
    {
        var inside = Math.Min(angle, arc - angle) / (TaperDegrees * Math.PI / 180);
        return inside <= 0 ? 0 : inside >= 1 ? 1 : Math.Pow(Math.Sin(inside * Math.PI / 2), 2);
    }
}
