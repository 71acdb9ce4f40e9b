using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>
/// Points along the rays of a view in the view's own frame. They are the same for every view but for a rotation, so one table of
/// (T points, N bins) serves all; T steps of one pixel run along the central ray.
/// </summary>
internal sealed class RayTable : IDisposable
{
    private readonly ScanGeometry geometry;
    private readonly int steps;
    private readonly Tensor across_TN;
    private readonly Tensor depth_T1;
    private readonly Tensor lengths_N;

    public RayTable(ScanGeometry geometry)
    {
        this.geometry = geometry;
        using var scope = NewDisposeScope();
        var o = geometry.Options;
        steps = 2 * (int)Math.Ceiling(geometry.RadiusMm / o.PixelMm) + 1;
        var depth = TensorArithmetic.Range(steps, float64).Minus((steps - 1) / 2.0).Times(o.PixelMm).unsqueeze(1);
        var offset_1N = TensorArithmetic.Range(o.Bins, float64).Minus((o.Bins - 1) / 2.0).Times(geometry.BinMm).unsqueeze(0);
        var spread = geometry.IsFan ? depth.DividedBy(o.SourceMm).Plus(1) : ones_like(depth);
        across_TN = (offset_1N * spread).to(float32).DetachFromDisposeScope();
        depth_T1 = depth.to(float32).DetachFromDisposeScope();
        var slope_N = geometry.IsFan ? offset_1N.squeeze(0).DividedBy(o.SourceMm) : zeros(o.Bins, float64);
        lengths_N = sqrt((slope_N * slope_N).Plus(1)).Times(o.PixelMm).to(float32).DetachFromDisposeScope();
    }

    /// <summary>Views worked on at once: enough to occupy all threads, few enough that the points stay near the cache.</summary>
    public int ViewsAtOnce => Math.Max(2 * get_num_threads(), (int)(300_000L / (steps * (long)geometry.Options.Bins)));

    /// <summary>Line integrals of (1,B,H,W) images over views <paramref name="first"/>...: (K,B,N). Rays pass the bilinearly interpolated image.</summary>
    public Tensor Project(Tensor images_1BHW, int first, int count)
    {
        var (step, steps, bin, bins) = Crop(first, count);
        var (byAcross_K2, byDepth_K2) = Rotations(first, count);
        var grid_K2TN = across_TN.narrow(0, step, steps).narrow(1, bin, bins) * byAcross_K2.view(count, 2, 1, 1);
        grid_K2TN.Add(depth_T1.narrow(0, step, steps) * byDepth_K2.view(count, 2, 1, 1));
        var samples_KBTN = nn.functional.grid_sample(
            images_1BHW.expand(count, -1, -1, -1), grid_K2TN.permute(0, 2, 3, 1), align_corners: true);
        var integrals_KBN = samples_KBTN.sum(dim: 2) * lengths_N.narrow(0, bin, bins);
        return nn.functional.pad(integrals_KBN, [bin, geometry.Options.Bins - bin - bins]);
    }

    public void Dispose()
    {
        across_TN.Dispose();
        depth_T1.Dispose();
        lengths_N.Dispose();
    }

    /// <summary>From a view's frame to grid_sample's (x, y), which are -1 and 1 at the centres of the outermost pixels.</summary>
    private (Tensor ByAcross_K2, Tensor ByDepth_K2) Rotations(int first, int count)
    {
        var (x, y) = (2 / (geometry.Options.PixelMm * (geometry.Width - 1)), 2 / (geometry.Options.PixelMm * (geometry.Height - 1)));
        var (across, depth) = (new float[2 * count], new float[2 * count]);
        for (var k = 0; k < count; k++)
        {
            var (sin, cos) = Math.SinCos(geometry.Angle(first + k));
            (across[2 * k], across[2 * k + 1]) = ((float)(cos * x), (float)(sin * y));
            (depth[2 * k], depth[2 * k + 1]) = ((float)(-sin * x), (float)(cos * y));
        }
        return (tensor(across, [count, 2]), tensor(depth, [count, 2]));
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
