using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>
/// Points along the rays of a view in the view's own frame. They are the same for every view but for a rotation, so one table of
/// (T points, N bins, 2) serves all; T steps of one pixel run along the central ray.
/// </summary>
internal sealed class RayTable : IDisposable
{
    private readonly ScanGeometry geometry;
    private readonly int steps;
    private readonly Tensor points_TN2;
    private readonly Tensor lengths_N;

    public RayTable(ScanGeometry geometry)
    {
        this.geometry = geometry;
        using var scope = NewDisposeScope();
        var o = geometry.Options;
        steps = 2 * (int)Math.Ceiling(geometry.RadiusMm / o.PixelMm) + 1;
        var depth_T1 = ((arange(steps, float64) - (steps - 1) / 2.0) * o.PixelMm).unsqueeze(1);
        var offset_1N = ((arange(o.Bins, float64) - (o.Bins - 1) / 2.0) * geometry.BinMm).unsqueeze(0);
        var spread_T1 = geometry.IsFan ? depth_T1 / o.SourceMm + 1 : ones_like(depth_T1);
        points_TN2 = stack([offset_1N * spread_T1, depth_T1.expand(steps, o.Bins)], dim: 2).to(float32).DetachFromDisposeScope();
        var slope_N = geometry.IsFan ? offset_1N.squeeze(0) / o.SourceMm : zeros(o.Bins, float64);
        lengths_N = (sqrt(slope_N * slope_N + 1) * o.PixelMm).to(float32).DetachFromDisposeScope();
    }

    /// <summary>Views worked on at once: enough to occupy all threads, few enough that the points stay near the cache.</summary>
    public int ViewsAtOnce => Math.Max(2 * get_num_threads(), (int)(300_000L / (steps * (long)geometry.Options.Bins)));

    /// <summary>Line integrals of (1,B,H,W) images over views <paramref name="first"/>...: (K,B,N). Rays pass the bilinearly interpolated image.</summary>
    public Tensor Project(Tensor images_1BHW, int first, int count)
    {
        var (step, steps, bin, bins) = Crop(first, count);
        var rays_TN2 = points_TN2.narrow(0, step, steps).narrow(1, bin, bins);
        var grid_KTN2 = matmul(rays_TN2.reshape(1, steps * bins, 2), Rotations(first, count)).view(count, steps, bins, 2);
        var samples_KBTN = nn.functional.grid_sample(
            images_1BHW.expand(count, -1, -1, -1), grid_KTN2, align_corners: true);
        var integrals_KBN = samples_KBTN.sum(dim: 2) * lengths_N.narrow(0, bin, bins);
        return nn.functional.pad(integrals_KBN, [bin, geometry.Options.Bins - bin - bins]);
    }

    public void Dispose()
    {
        points_TN2.Dispose();
        lengths_N.Dispose();
    }

    /// <summary>(K,2,2): from a view's frame to grid_sample's coordinates, -1 and 1 at the centres of the outermost pixels.</summary>
    private Tensor Rotations(int first, int count)
    {
        var (x, y) = (2 / (geometry.Options.PixelMm * (geometry.Width - 1)), 2 / (geometry.Options.PixelMm * (geometry.Height - 1)));
        var values = new float[4 * count];
        for (var k = 0; k < count; k++)
        {
            var (sin, cos) = Math.SinCos(geometry.Angle(first + k));
            (values[4 * k], values[4 * k + 1]) = ((float)(cos * x), (float)(sin * y));
            (values[4 * k + 2], values[4 * k + 3]) = ((float)(-sin * x), (float)(cos * y));
        }
        return tensor(values, [count, 2, 2]);
    }

    /// <summary>The part of the table that can meet the image in these views: at 0 degrees its width, at 45 its diagonal.</summary>
    private (int Step, int Steps, int Bin, int Bins) Crop(int first, int count)
    {
        double along = 0, across = 0;
        var o = geometry.Options;
        for (var view = first; view < first + count; view++)
        {
            var (sin, cos) = Math.SinCos(geometry.Angle(view));
            along = Math.Max(along, (Math.Abs(sin) * (geometry.Width + 1) + Math.Abs(cos) * (geometry.Height + 1)) / 2);
            across = Math.Max(across, (Math.Abs(cos) * (geometry.Width + 1) + Math.Abs(sin) * (geometry.Height + 1)) / 2);
        }
        var magnified = across * o.PixelMm * (geometry.IsFan ? o.SourceMm / (o.SourceMm - along * o.PixelMm) : 1);
        var halfSteps = Math.Min((steps - 1) / 2, (int)Math.Ceiling(along));
        var bin = Math.Max(0, (int)Math.Floor((o.Bins - 1) / 2.0 - magnified / geometry.BinMm));
        bin = Math.Min(bin, (o.Bins - 1) / 2);
        return ((steps - 1) / 2 - halfSteps, 2 * halfSteps + 1, bin, o.Bins - 2 * bin);
    }
}
