using RosFL.Runs;

namespace RosFL.Imaging.Phantoms;

/// <summary>
/// The made-up hospitals' scanners: parallel beams and fan beams with the distances of common makes, each with its own dose and number of
/// views. All see the whole image, whose pixels are 320 mm / size (a body of about 300 mm).
/// </summary>
public static class PhantomScanners
{
    // fan beams get an odd number of views: with an even one, opposite views repeat each other's central rays
    private static readonly Scanner[] Hospitals =
    [
        new(0, 0, ViewsPerPixel: 2.0, LowDose: 5e4, SparseViews: 48),
        new(595, 1085.6, ViewsPerPixel: 3.0, LowDose: 2.5e4, SparseViews: 63),
        new(541, 949.075, ViewsPerPixel: 2.5, LowDose: 8e4, SparseViews: 55),
        new(0, 0, ViewsPerPixel: 1.5, LowDose: 4e4, SparseViews: 32),
    ];

    /// <summary>The scanner of a hospital: low dose for restoration, few views at a high dose for reconstruction.</summary>
    public static CtGeometryOptions Of(int siteIndex, StudyTask task, int size)
    {
        var scanner = Hospitals[siteIndex % Hospitals.Length];
        var sparse = task == StudyTask.Reconstruction;
        var pixelMm = Canvas.FieldMm / size;
        var bins = (int)Math.Ceiling(1.5 * size);
        return new CtGeometryOptions
        {
            Views = sparse ? scanner.SparseViews : (int)(scanner.ViewsPerPixel * size),
            Bins = bins,
            PixelMm = pixelMm,
            BinMm = 2 * scanner.HalfDetectorMm(size * pixelMm * 0.73) / (bins - 1),
            SourceMm = scanner.SourceMm,
            DetectorMm = scanner.DetectorMm,
            // noise in HU goes with 1 / (pixel x square root of photons and views): this keeps it the same at every size
            Photons = (sparse ? 1e6 : scanner.LowDose) * size / 64,
        };
    }

    private sealed record Scanner(double SourceMm, double DetectorMm, double ViewsPerPixel, double LowDose, int SparseViews)
    {
        public double HalfDetectorMm(double radiusMm) =>
            SourceMm > 0 ? DetectorMm * Math.Tan(Math.Asin(radiusMm / SourceMm)) : radiusMm;
    }
}
