using RosFL.Runs;

namespace RosFL.Imaging.Ct;

/// <summary>
/// What follows from a scanner's seven numbers, in mm and radians. The image lies on axes x (columns, to the right) and y (rows, downwards)
/// with the isocentre in its middle. At view angle a the detector runs along (cos a, sin a) and the central ray along (-sin a, cos a).
/// </summary>
internal sealed record ScanGeometry
{
    private const double MostBins = 16384;

    public ScanGeometry(CtGeometryOptions options, int height, int width)
    {
        (Options, Height, Width) = (options, height, width);
        Check();
        IsFan = options.SourceMm > 0;
        FullArc = IsFan ? 2 * Math.PI : Math.PI;
        Arc = options.ArcDegrees == 0 ? FullArc : options.ArcDegrees * Math.PI / 180;
        BinMm = IsFan ? options.BinMm * options.SourceMm / options.DetectorMm : options.BinMm;
        var outermostRay = (options.Bins - 1) / 2.0 * BinMm;
        FieldOfViewMm = IsFan ? options.SourceMm * Math.Sin(Math.Atan2(outermostRay, options.SourceMm)) : outermostRay;
        CheckSource();
    }

    public CtGeometryOptions Options { get; }

    public int Height { get; }

    public int Width { get; }

    public bool IsFan { get; }

    public double FullArc { get; }

    public double Arc { get; }

    /// <summary>Width of a bin, projected to the isocentre.</summary>
    public double BinMm { get; }

    /// <summary>Radius of the circle that every view sees whole; outside it nothing can be reconstructed.</summary>
    public double FieldOfViewMm { get; }

    /// <summary>Half the image's diagonal, with the one pixel by which interpolation reaches beyond the border.</summary>
    public double RadiusMm => Math.Sqrt((Width + 1.0) * (Width + 1.0) + (Height + 1.0) * (Height + 1.0)) / 2 * Options.PixelMm;

    /// <summary>Views begin at 0 and are spaced evenly; the arc's end is not a view, since on a full arc it repeats the first.</summary>
    public double Angle(int view) => Arc * view / Options.Views;

    /// <summary>Where the ray of a bin passes the isocentre's plane.</summary>
    public double Offset(int bin) => (bin - (Options.Bins - 1) / 2.0) * BinMm;

    /// <summary>Angle between a ray and the central ray; 0 for a parallel beam.</summary>
    public double FanAngle(double offset) => IsFan ? Math.Atan2(offset, Options.SourceMm) : 0;

    private void Check()
    {
        var o = Options;
        Require(o.Views >= 1, "views", o.Views, "must be 1 or more");
        Require(o.Bins is >= 2 and <= (int)MostBins, "bins", o.Bins, $"must be 2 to {MostBins}");
        Require(o.PixelMm > 0, "pixelMm", o.PixelMm, "must be above 0 mm");
        Require(o.BinMm > 0, "binMm", o.BinMm, "must be above 0 mm");
        Require(o.Photons >= 0, "photons", o.Photons, "must be 0 (no noise) or more");
        Require(o.SourceMm >= 0, "sourceMm", o.SourceMm, "must be 0 (parallel beam) or a distance in mm");
        var isFan = o.SourceMm > 0;
        Require(isFan ? o.DetectorMm >= o.SourceMm : o.DetectorMm == 0, "detectorMm", o.DetectorMm,
            "is measured from the source: at least sourceMm for a fan beam, 0 for a parallel one");
        var full = isFan ? 360 : 180;
        Require(o.ArcDegrees is >= 0 && o.ArcDegrees <= full, "arcDegrees", o.ArcDegrees, $"must be 0 (full arc) to {full} for this beam");
        Require(Height >= 2 && Width >= 2, "image size", Math.Min(Height, Width), "must be 2 pixels or more along each side");
    }

    private void CheckSource() => Require(!IsFan || Options.SourceMm > RadiusMm, "sourceMm", Options.SourceMm,
        $"must be outside the image, whose half diagonal is {RadiusMm:0.#} mm");

    private static void Require(bool holds, string name, double value, string rule)
    {
        if (!holds)
            throw new RosflException(ExitCode.InvalidRun, $"CT geometry: {name} is {value} but {rule}; change it in the run file's geometry.");
    }
}
