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
