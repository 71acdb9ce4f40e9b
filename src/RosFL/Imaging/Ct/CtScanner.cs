using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>
/// One scanner geometry for images of one size: projection, its exact adjoint, and the matched filtered back-projection, batched.
/// Letters: B images, V views, N bins, H rows, W columns. Its tables are a few MB; views are worked on a few at a time. Safe for several threads.
/// </summary>
public sealed class CtScanner : IDisposable
{
    private readonly ScanGeometry geometry;
    private readonly RayTable rays;
    private readonly PixelTable pixels;
    private readonly RampFilter ramp;
    private readonly Tensor weights_VN;

    /// <exception cref="RosflException">The geometry's numbers do not fit together or the source is inside the image.</exception>
    public CtScanner(CtGeometryOptions options, int height, int width)
    {
        geometry = new ScanGeometry(options, height, width);
        rays = new RayTable(geometry);
        pixels = new PixelTable(geometry);
        ramp = new RampFilter(options.Bins, geometry.BinMm);
        weights_VN = ViewWeights.Of(geometry).DetachFromDisposeScope();
    }

    public CtGeometryOptions Options => geometry.Options;

    public int Height => geometry.Height;

    public int Width => geometry.Width;

    /// <summary>Radius in mm of the circle that every view sees; outside it <see cref="Reconstruct"/> gives 0 (air).</summary>
    public double FieldOfViewMm => geometry.FieldOfViewMm;

    /// <summary>Line integrals (B,1,V,N) of attenuation per mm (B,1,H,W), along rays through the bins' centres. Outside the image is air.</summary>
    public Tensor Project(Tensor images_B1HW)
    {
        using var scope = NewDisposeScope();
        var images_1BHW = images_B1HW.transpose(0, 1);
        var parts = Chunks().Select(c => Inner(() => rays.Project(images_1BHW, c.First, c.Count))).ToList();
        return cat(parts, 0).permute(1, 0, 2).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The adjoint of <see cref="Project"/>: (B,1,V,N) to (B,1,H,W), not filtered.</summary>
    public Tensor BackProject(Tensor sinograms_B1VN)
    {
        using var scope = NewDisposeScope();
        var sinograms_VBN = sinograms_B1VN.squeeze(1).permute(1, 0, 2);
        var sum_1BHW = zeros(1, sinograms_B1VN.shape[0], Height, Width);
        foreach (var (first, count) in Chunks())
            sum_1BHW.Add(Inner(() => Adjoint(sinograms_VBN.narrow(0, first, count), first, count)));
        return sum_1BHW.transpose(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Filtered back-projection of (B,1,V,N) line integrals: attenuation per mm (B,1,H,W).</summary>
    public Tensor Reconstruct(Tensor sinograms_B1VN, CtFilter filter)
    {
        using var scope = NewDisposeScope();
        var rows_VBN = ramp.Apply(sinograms_B1VN.squeeze(1) * weights_VN, filter).permute(1, 0, 2).contiguous();
        return pixels.Limit(pixels.BackProject(rows_VBN)).unsqueeze(1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        rays.Dispose();
        pixels.Dispose();
        ramp.Dispose();
        weights_VN.Dispose();
    }

    /// <summary>A linear operator's gradient is its adjoint, whatever the point: here the zero image.</summary>
    private Tensor Adjoint(Tensor sinograms_KBN, int first, int count)
    {
        using var grad = enable_grad();
        var images_1BHW = zeros([1, sinograms_KBN.shape[1], Height, Width], requires_grad: true);
        var projected_KBN = rays.Project(images_1BHW, first, count);
        return autograd.grad([projected_KBN], [images_1BHW], [sinograms_KBN])[0];
    }

    private IEnumerable<(int First, int Count)> Chunks()
    {
        var atOnce = rays.ViewsAtOnce;
        for (var first = 0; first < Options.Views; first += atOnce)
            yield return (first, Math.Min(atOnce, Options.Views - first));
    }

    private static Tensor Inner(Func<Tensor> work)
    {
        using var scope = NewDisposeScope();
        return work().MoveToOuterDisposeScope();
    }
}
