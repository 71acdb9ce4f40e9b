using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>Back-projection of filtered rows, pixel by pixel with linear interpolation between bins, weighted by distance for a fan beam (Kak and Slaney 1988, eq. 3.80).</summary>
internal sealed class PixelTable : IDisposable
{
    private readonly ScanGeometry geometry;
    private readonly Tensor x_W;
    private readonly Tensor y_H1;
    private readonly Tensor inside_HW;

    public PixelTable(ScanGeometry geometry)
    {
        this.geometry = geometry;
        using var scope = NewDisposeScope();
        var pixel = geometry.Options.PixelMm;
        var x = (arange(geometry.Width, float64) - (geometry.Width - 1) / 2.0) * pixel;
        var y = ((arange(geometry.Height, float64) - (geometry.Height - 1) / 2.0) * pixel).unsqueeze(1);
        inside_HW = (x * x + y * y <= geometry.FieldOfViewMm * geometry.FieldOfViewMm).to(float32).DetachFromDisposeScope();
        x_W = x.to(float32).DetachFromDisposeScope();
        y_H1 = y.to(float32).DetachFromDisposeScope();
    }

    public int ViewsAtOnce => Math.Max(get_num_threads(), (int)(100_000L / (geometry.Height * (long)geometry.Width)));

    /// <summary>Views <paramref name="first"/>... of (K,B,N) filtered rows, summed: (B,H,W).</summary>
    public Tensor BackProject(Tensor rows_KBN, int first)
    {
        var count = rows_KBN.shape[0];
        var (sin, cos) = Directions(first, (int)count);
        var bin_KHW = x_W * cos + y_H1 * sin;
        Tensor? weight_KHW = null;
        if (geometry.IsFan)
        {
            weight_KHW = (x_W * -sin + y_H1 * cos).div_(geometry.Options.SourceMm).add_(1).reciprocal_();
            bin_KHW.mul_(weight_KHW);
        }
        bin_KHW.mul_(2 / (geometry.BinMm * (geometry.Options.Bins - 1)));
        var grid_KHW2 = stack([bin_KHW, zeros_like(bin_KHW)], dim: 3);
        var seen_KBHW = nn.functional.grid_sample(
            rows_KBN.unsqueeze(2), grid_KHW2, align_corners: true);
        return (weight_KHW is null ? seen_KBHW : seen_KBHW * weight_KHW.square().unsqueeze(1)).sum(dim: 0);
    }

    /// <summary>Zero outside the circle that every view sees.</summary>
    public Tensor Limit(Tensor images_BHW) => images_BHW * inside_HW;

    public void Dispose()
    {
        x_W.Dispose();
        y_H1.Dispose();
        inside_HW.Dispose();
    }

    private (Tensor Sin_K11, Tensor Cos_K11) Directions(int first, int count)
    {
        var angles = Enumerable.Range(first, count).Select(geometry.Angle).ToArray();
        return (tensor(angles.Select(a => (float)Math.Sin(a)).ToArray(), [count, 1, 1]),
            tensor(angles.Select(a => (float)Math.Cos(a)).ToArray(), [count, 1, 1]));
    }
}
