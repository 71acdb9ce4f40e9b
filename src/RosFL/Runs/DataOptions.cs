using System.Text.Json.Serialization;

namespace RosFL.Runs;

/// <summary>Where the images come from and how they are split.</summary>
public sealed record DataOptions
{
    public DataLayout Layout { get; init; } = DataLayout.Phantoms;

    /// <summary>Root folder of the data; <c>--data</c> on the command line sets it. Ignored for phantoms.</summary>
    public string Path { get; init; } = "";

    /// <summary>The sites. Empty: every sub-folder that fits the layout, in name order (phantoms: four made-up hospitals).</summary>
    public SiteOptions[] Sites { get; init; } = [];

    /// <summary>Sites that are only tested on, never trained on, after the study (unseen scanners).</summary>
    public SiteOptions[] UnseenSites { get; init; } = [];

    /// <summary>Share of each site's subjects for validation, 0 to 1. Ignored by layouts that bring their own split.</summary>
    public double Validation { get; init; } = 0.15;

    /// <summary>Share of each site's subjects for the test, 0 to 1.</summary>
    public double Test { get; init; } = 0.25;

    /// <summary>Regular expression on the file name whose first group is the subject, e.g. "^(Image_\\d+)[LR]"; empty: see <see cref="SubjectIsFile"/>.</summary>
    public string SubjectPattern { get; init; } = "";

    /// <summary>CSV with columns file,subject (and, for one data set of many sites, site), relative to <see cref="Path"/>; excludes <see cref="SubjectPattern"/>.</summary>
    public string SubjectsFile { get; init; } = "";

    /// <summary>Waiver: every file is a person of its own. Without pattern, CSV or this, a folder of images is refused.</summary>
    public bool SubjectIsFile { get; init; }

    /// <summary>Consecutive numbers n, n+1 with n odd are one person (hippocampus left and right): number divided by this, rounded up. 0: off. Needs a numeric <see cref="SubjectPattern"/> group.</summary>
    public int SubjectGroup { get; init; }

    /// <summary>Make the input from SITE/images (ground truth in HU) with the CT simulator.</summary>
    public bool SimulateCt { get; init; }

    /// <summary>Read 2D slices of volumes along the first axis of the canonical orientation instead of whole volumes.</summary>
    public bool Slices { get; init; }

    /// <summary>Images each site is cut down to (quantity skew or quick trials); 0 takes all.</summary>
    public int MaxImages { get; init; }

    /// <summary>Redistribute all sites' training subjects over as many sites by a Dirichlet draw over labels with this concentration; 0 keeps the sites' own.</summary>
    public double DirichletAlpha { get; init; }

    /// <summary>Quantity skew: site k of n keeps this to the power -k/(n-1) of its training subjects (at least one), so the last keeps 1/skew. 1: off.</summary>
    public double QuantitySkew { get; init; } = 1;

    /// <summary>Bytes of preprocessed images kept in memory, all sites together, in MiB.</summary>
    public int CacheMiB { get; init; } = 1024;

    public PhantomOptions Phantoms { get; init; } = new();
}

public enum DataLayout
{
    /// <summary>Made from the seed; needs no data.</summary>
    Phantoms,

    /// <summary>SITE/images and SITE/labels (same names), optional SITE/fov; for restoration SITE/input and SITE/target, or SITE/images alone with <c>simulateCt</c>.</summary>
    Folders,

    /// <summary>nnU-Net raw: dataset.json, imagesTr, labelsTr; one data set a site, or one data set with a site column in the subjects file.</summary>
    [JsonStringEnumMemberName("nnunet")]
    NnUNet,

    /// <summary>The published program's geometry_k/{train,test}/{input,label,projection,geometry}/*.mat.</summary>
    Geometry,
}

/// <summary>One hospital.</summary>
public sealed record SiteOptions
{
    /// <summary>The site's name, and its folder below <c>data.path</c> unless <see cref="Folder"/> says otherwise.</summary>
    public string Name { get; init; } = "";

    public string Folder { get; init; } = "";

    /// <summary>Regular expression on file names that selects this site's files, for several sites in one folder; empty takes all.</summary>
    public string Files { get; init; } = "";

    /// <summary>Takes every n-th subject of the folder (sorted), beginning with <see cref="Part"/>; 0 takes all. Divides one folder of persons among sites.</summary>
    public int Parts { get; init; }

    public int Part { get; init; }

    /// <summary>File value times this plus <see cref="Offset"/> = HU at this site; null: <c>preprocessing.scale</c>.</summary>
    public double? Scale { get; init; }

    /// <summary>See <see cref="Scale"/>; null: <c>preprocessing.offset</c>.</summary>
    public double? Offset { get; init; }

    /// <summary>The site's working grid in mm (pixels where files have no spacing), one number per spatial axis; null: <c>preprocessing.spacingMm</c>.</summary>
    public double[]? SpacingMm { get; init; }

    /// <summary>The site's scanner; null: <c>ct.geometry</c>.</summary>
    public CtGeometryOptions? Geometry { get; init; }

    /// <summary>The floor of the site's window in HU, which is read as air; null: <c>ct.airBelowHu</c>; -1000 where nothing was clipped.</summary>
    public double? AirBelowHu { get; init; }
}

/// <summary>Seeded phantoms: random anatomy-like ellipses, organs and lesions.</summary>
public sealed record PhantomOptions
{
    public int Sites { get; init; } = 4;

    public int ImagesPerSite { get; init; } = 16;

    /// <summary>Pixels along each side.</summary>
    public int Size { get; init; } = 64;

    /// <summary>Ratio of the largest site's number of images to the smallest's; 1: all equal.</summary>
    public double QuantitySkew { get; init; } = 1;
}

/// <summary>From file units to network units.</summary>
public sealed record PreprocessingOptions
{
    public IntensityKind Intensity { get; init; } = IntensityKind.None;

    /// <summary>Window in HU (or file units) that <c>window</c> maps to 0..1, values outside clipped.</summary>
    public double[] Window { get; init; } = [-1000, 1000];

    /// <summary>Percentiles that <c>percentile</c> maps to 0..1, by image.</summary>
    public double[] Percentiles { get; init; } = [0.5, 99.5];

    /// <summary>File value + offset = HU, for 16-bit PNG that store HU + 1024: -1024.</summary>
    public double Offset { get; init; }

    /// <summary>File value times this (before the offset), for 8-bit PNG of a window.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Resample to this spacing in mm, one number per spatial axis; empty keeps the image's own.</summary>
    public double[] SpacingMm { get; init; } = [];

    /// <summary>Pixels of a training patch per spatial axis; empty trains on whole images.</summary>
    public int[] Patch { get; init; } = [];

    /// <summary>Share of patches centred on a foreground pixel, segmentation only.</summary>
    public double Foreground { get; init; } = 0.33;

    /// <summary>Take one channel of a colour image (1 = green); -1 keeps all.</summary>
    public int Channel { get; init; } = -1;

    /// <summary>Labels above 0 become 1 (0/255 masks).</summary>
    public bool BinaryLabels { get; init; }
}

public enum IntensityKind
{
    None,

    /// <summary>CT: clip to <see cref="PreprocessingOptions.Window"/>, map to 0..1.</summary>
    Window,

    /// <summary>Subtract the image's mean, divide by its standard deviation, by channel, inside the mask where there is one.</summary>
    ZScore,

    Percentile,

    /// <summary>nnU-Net's CT scheme: clip to the 0.5 and 99.5 percentiles of the foreground over all sites, then z-score with their mean and deviation.</summary>
    CtForeground,
}

/// <summary>Random changes of training images; all off by default.</summary>
public sealed record AugmentationOptions
{
    public bool Flip { get; init; }

    /// <summary>Rotations by multiples of 90 degrees in the image plane.</summary>
    public bool Rotate90 { get; init; }

    /// <summary>Largest rotation in degrees.</summary>
    public double RotateDegrees { get; init; }

    /// <summary>Largest relative change of scale, 0.2 for 0.8 to 1.25.</summary>
    public double Scale { get; init; }

    /// <summary>Largest relative change of gamma; segmentation only.</summary>
    public double Gamma { get; init; }

    /// <summary>Largest relative change of brightness and contrast; segmentation only.</summary>
    public double Contrast { get; init; }

    /// <summary>Standard deviation of added Gaussian noise in network units; segmentation only.</summary>
    public double Noise { get; init; }
}

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

/// <summary>How the model is scored.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Validate after every so many rounds and after the last.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Overlap of sliding windows, 0 to 0.9; used when <see cref="Window"/> is set.</summary>
    public double Overlap { get; init; } = 0.5;

    /// <summary>Window of sliding inference per spatial axis; empty runs whole images.</summary>
    public int[] Window { get; init; } = [];

    /// <summary>Window in units of the target in which PSNR, SSIM and RMSE are computed, data range its width: CT [-160, 240] HU. Empty: the target's units, range <see cref="DataRange"/>.</summary>
    public double[] ScoreWindow { get; init; } = [];

    /// <summary>Data range of PSNR and SSIM without a window.</summary>
    public double DataRange { get; init; } = 1;

    /// <summary>Tolerance of the normalised surface Dice in mm.</summary>
    public double SurfaceToleranceMm { get; init; } = 1;
}
