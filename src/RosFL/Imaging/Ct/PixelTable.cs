using RosFL.Tensors;
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
        var x = TensorArithmetic.Range(geometry.Width, float64).Minus((geometry.Width - 1) / 2.0).Times(pixel);
        var y = TensorArithmetic.Range(geometry.Height, float64).Minus((geometry.Height - 1) / 2.0).Times(pixel).unsqueeze(1);
        inside_HW = (x * x).Plus(y * y).IsAtMost(geometry.FieldOfViewMm * geometry.FieldOfViewMm).to(float32).DetachFromDisposeScope();
        x_W = x.to(float32).DetachFromDisposeScope();
        y_H1 = y.to(float32).DetachFromDisposeScope();
    }

    private int ViewsAtOnce => Math.Max(get_num_threads(), (int)(100_000L / (geometry.Height * (long)geometry.Width)));

    /// <summary>All views of (V,B,N) filtered rows, summed: (B,H,W).</summary>
    public Tensor BackProject(Tensor rows_VBN)
    {
        using var scope = NewDisposeScope();
        var views = geometry.Options.Views;
        var atOnce = Math.Min(views, ViewsAtOnce);
        // the two large tables are kept from chunk to chunk: fresh ones fragment the C heap by hundreds of MB
        var grid_K2HW = zeros(atOnce, 2, geometry.Height, geometry.Width);
        var nearness_KHW = geometry.IsFan ? zeros(atOnce, geometry.Height, geometry.Width) : null;
        var sum_BHW = zeros(rows_VBN.shape[1], geometry.Height, geometry.Width);
        for (var first = 0; first < views; first += atOnce)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(atOnce, views - first);
            sum_BHW.Add(See(rows_VBN.narrow(0, first, count), first, grid_K2HW.narrow(0, 0, count), nearness_KHW?.narrow(0, 0, count)));
        }
        return sum_BHW.MoveToOuterDisposeScope();
    }

    /// <summary>Zero outside the circle that every view sees.</summary>
    public Tensor Limit(Tensor images_BHW) => images_BHW * inside_HW;

    public void Dispose()
    {
        x_W.Dispose();
        y_H1.Dispose();
        inside_HW.Dispose();
    }

    private Tensor See(Tensor rows_KBN, int first, Tensor grid_K2HW, Tensor? nearness_KHW)
    {
        var (sin, cos) = Directions(first, (int)rows_KBN.shape[0]);
        var scale = 2 / (geometry.BinMm * (geometry.Options.Bins - 1));
        var bin_KHW = grid_K2HW.select(1, 0).copy_(y_H1 * sin.Times(scale)).Add(x_W * cos.Times(scale));
        if (nearness_KHW is not null)
        {
            nearness_KHW.copy_((y_H1 * cos.DividedBy(geometry.Options.SourceMm)).Plus(1)).sub_(x_W * sin.DividedBy(geometry.Options.SourceMm)).reciprocal_();
            bin_KHW.mul_(nearness_KHW);
        }
        var seen_KBHW = nn.functional.grid_sample(rows_KBN.unsqueeze(2), grid_K2HW.permute(0, 2, 3, 1), align_corners: true);
        if (nearness_KHW is not null)
            seen_KBHW.mul_(nearness_KHW.mul_(nearness_KHW).unsqueeze(1));
        return seen_KBHW.sum(dim: 0);
    }

    private (Tensor Sin_K11, Tensor Cos_K11) Directions(int first, int count)
    {
        var angles = Enumerable.Range(first, count).Select(geometry.Angle).ToArray();
        return (tensor(angles.Select(a => (float)Math.Sin(a)).ToArray(), [count, 1, 1]),
            tensor(angles.Select(a => (float)Math.Cos(a)).ToArray(), [count, 1, 1]));
    }
}
