namespace RosFL.Runs;

/// <summary>The CT simulator.</summary>
public sealed record CtOptions
{
    public CtGeometryOptions Geometry { get; init; } = new();

    public CtFilter Filter { get; init; } = CtFilter.RamLak;

    /// <summary>Standard deviation of the detector's electronic noise, in photons.</summary>
    public double ElectronicNoise { get; init; } = 10;

    /// <summary>Linear attenuation of water in 1/mm.</summary>
    public double WaterPerMm { get; init; } = 0.0192;

    /// <summary>Regions of at least 3x3 pixels at or below this HU are read as air (-1000) before projection: the floor of an 8-bit window. Smaller ones are noise that the window clipped and keep their value. Null: off.</summary>
    public double? AirBelowHu { get; init; }

    /// <summary>Averages blocks of this many pixels along either axis of a true image before it is scanned, which takes out much of the truth's own noise; the geometry's pixels are the averaged ones. 1: off. With <c>data.simulateCt</c> only.</summary>
    public int Reduce { get; init; } = 1;

    /// <summary>The noise of a scan comes from this number, the site and the image's name, not from the run's seed: like files, scans stay the same from seed to seed. With <c>data.simulateCt</c> only.</summary>
    public long NoiseSeed { get; init; } = 1;

    /// <summary>Folder that keeps simulated scans for later runs; a scan is made anew when its image, scanner, options or the program change. Empty: none. With <c>data.simulateCt</c> only.</summary>
    public string ScanFolder { get; init; } = "";
}

public enum CtFilter { RamLak, Hann }

/// <summary>A scanner in seven numbers (and the arc): source distance 0 is a parallel beam.</summary>
public sealed record CtGeometryOptions
{
    /// <summary>Projection angles.</summary>
    public int Views { get; init; } = 512;

    /// <summary>Detector bins.</summary>
    public int Bins { get; init; } = 512;

    public double PixelMm { get; init; } = 1;

    /// <summary>Width of a bin at the detector.</summary>
    public double BinMm { get; init; } = 1;

    /// <summary>Source to isocentre in mm; 0 for a parallel beam.</summary>
    public double SourceMm { get; init; }

    /// <summary>Source to detector in mm; 0 for a parallel beam.</summary>
    public double DetectorMm { get; init; }

    /// <summary>Photons per ray without an object; 0 for no noise.</summary>
    public double Photons { get; init; }

    /// <summary>Arc of the views in degrees: 180 (parallel) or 360 (fan) for full, less for limited views. 0 takes the full arc.</summary>
    public double ArcDegrees { get; init; }
}
