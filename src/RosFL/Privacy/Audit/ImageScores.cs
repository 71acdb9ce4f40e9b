using RosFL.Imaging;
using RosFL.Scores;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>How near reconstructions come to the images, both in 0..1.</summary>
/// <param name="Ssim">Mean over images.</param>
/// <param name="SsimHigh">95th percentile.</param>
/// <param name="SsimMost">Largest.</param>
/// <param name="Psnr">Mean over images, dB, data range 1.</param>
/// <param name="PsnrHigh">95th percentile.</param>
/// <param name="PsnrMost">Largest.</param>
public sealed record ImageScores(double Ssim, double SsimHigh, double SsimMost, double Psnr, double PsnrHigh, double PsnrMost)
{
    /// <param name="reconstructions">(N, C, ...) in 0..1, as <paramref name="images"/>.</param>
    public static ImageScores Of(Tensor reconstructions, Tensor images)
    {
        var (a, b) = (Pictures(reconstructions), Pictures(images));
        var ssims = a.Zip(b, (x, y) => StructuralSimilarity.Of(x, y, null, 1)).ToArray();
        var psnrs = a.Zip(b, (x, y) => Math.Min(RestorationScores.PsnrCap, -10 * Math.Log10(MeanSquare(x.Values, y.Values)))).ToArray();
        return new(ssims.Average(), Statistics.Percentile(ssims, 0.95), ssims.Max(), psnrs.Average(), Statistics.Percentile(psnrs, 0.95), psnrs.Max());
    }

    internal static IReadOnlyList<Picture> Pictures(Tensor images)
    {
        int[] shape = [.. images.shape.Skip(1).Select(s => (int)s)];
        return [.. images.Rows().Select(values => new Picture(values, shape))];
    }

    private static double MeanSquare(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return sum / a.Length;
    }
}
