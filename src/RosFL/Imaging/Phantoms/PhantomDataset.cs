using RosFL.Imaging.Ct;
using RosFL.Runs;

namespace RosFL.Imaging.Phantoms;

/// <summary>
/// A made-up hospital. Every case is a patient of its own, made when it is loaded and only from the site's secret, the site's number
/// (its look) and the case's number. Restoration: true HU and what the site's low-dose scanner shows of it; reconstruction: the same with few views;
/// segmentation: an image and the labels 0 background, 1 organ, 2 lesion.
/// </summary>
public sealed class PhantomDataset : IDataset, IDisposable
{
    private readonly StudyTask task;
    private readonly PhantomOptions options;
    private readonly double pixelMm;
    private readonly int dimensions;
    private readonly Seeds seeds;
    private readonly SiteStyle style;
    private readonly Lazy<CtSimulator> simulator;
    private readonly Dictionary<string, int> indices;

    /// <param name="images">Cases of this site.</param>
    /// <param name="geometry">The site's scanner; its pixel is the phantom's pixel. Unused by segmentation but for that.</param>
    /// <param name="dimensions">2, or 3 for segmentation.</param>
    public PhantomDataset(
        string site, int siteIndex, int images, StudyTask task, PhantomOptions options, CtOptions ct, CtGeometryOptions geometry, int dimensions, Seeds seeds)
    {
        Check(task, options, dimensions);
        (Site, this.task, this.options, this.dimensions, this.seeds) = (site, task, options, dimensions, seeds);
        pixelMm = geometry.PixelMm;
        style = SiteStyle.Of(siteIndex);
        simulator = new(() => new CtSimulator(ct, geometry, options.Size, options.Size));
        Cases = [.. Enumerable.Range(0, images).Select(i => new Case($"{site}-{i:0000}", $"{site}-{i:0000}"))];
        indices = Cases.Select((c, i) => (c.Name, i)).ToDictionary(p => p.Name, p => p.i);
    }

    public string Site { get; }

    public IReadOnlyList<Case> Cases { get; }

    /// <summary>
    /// All hospitals of a run: those it names, else hospital-1, hospital-2, ... A scanner is the site's, else the run's, else (where the run
    /// leaves <c>ct.geometry</c> as it is) one of <see cref="PhantomScanners"/>.
    /// </summary>
    /// <param name="seeds">At least the secrets of the sites that pass.</param>
    /// <param name="wanted">Which sites by name; null for all.</param>
    public static IReadOnlyList<PhantomDataset> Hospitals(RunOptions run, StudySeeds seeds, Predicate<string>? wanted = null)
    {
        var phantoms = run.Data.Phantoms;
        var sites = Sites(run.Data);
        var images = Quantities(sites.Length, phantoms);
        return [.. sites.Index().Where(s => wanted?.Invoke(s.Item.Name) ?? true).Select(s => new PhantomDataset(
            s.Item.Name, s.Index, images[s.Index], run.Task, phantoms, run.Ct, Geometry(run, s.Item, s.Index), run.Network.Dimensions, seeds.Site(s.Item.Name)))];
    }

    /// <summary>The sites of a run on phantoms, in site order.</summary>
    internal static SiteOptions[] Sites(DataOptions data) => data.Sites.Length > 0
        ? data.Sites
        : [.. Enumerable.Range(1, data.Phantoms.Sites).Select(n => new SiteOptions { Name = $"hospital-{n}" })];

    public Example Load(Case @case)
    {
        if (!indices.TryGetValue(@case.Name, out var index))
            throw new RosflException(ExitCode.InvalidData, $"Phantoms: site '{Site}' has no case '{@case.Name}'; its cases end with {Cases.Count - 1:0000}.");
        var canvas = Paint(index);
        return task == StudyTask.Segmentation ? Segmentation(canvas, index) : Scan(canvas, index);
    }

    public void Dispose()
    {
        if (simulator.IsValueCreated)
            simulator.Value.Dispose();
    }

    /// <summary>The first site has the most images; the mean stays what the run asks for.</summary>
    private static int[] Quantities(int sites, PhantomOptions options)
    {
        var shares = Enumerable.Range(0, sites).Select(i => Math.Pow(options.QuantitySkew, -i / Math.Max(1.0, sites - 1))).ToArray();
        return [.. shares.Select(s => Math.Max(1, (int)Math.Round(s / shares.Average() * options.ImagesPerSite)))];
    }

    private static CtGeometryOptions Geometry(RunOptions run, SiteOptions site, int index) =>
        site.Geometry ?? (run.Ct.Geometry != new CtGeometryOptions() ? run.Ct.Geometry : PhantomScanners.Of(index, run.Task, run.Data.Phantoms.Size));

    private static void Check(StudyTask task, PhantomOptions options, int dimensions)
    {
        if (options.Size is < 16 or > 1024)
            throw new RosflException(ExitCode.InvalidRun, $"Phantoms: size is {options.Size} but must be 16 to 1024 pixels; set data.phantoms.size.");
        if (options.QuantitySkew < 1)
            throw new RosflException(ExitCode.InvalidRun,
                $"Phantoms: quantitySkew is {options.QuantitySkew} but must be 1 (equal) or more; it is the largest site's images over the smallest's.");
        if (dimensions == 3 && task != StudyTask.Segmentation)
            throw new RosflException(ExitCode.InvalidRun,
                $"Phantoms: network.dimensions is 3 but task {task} has 2D phantoms only; use 2, or the task segmentation.");
    }

    private Canvas Paint(int index)
    {
        var random = Seeds.Random(seeds.For("phantom.anatomy", index));
        var canvas = new Canvas(options.Size, dimensions);
        var pixel = Canvas.FieldMm / options.Size;
        foreach (var part in Anatomy.Draw(random, style, smallestLesionMm: 2 * pixel))
            canvas.Paint(part, Math.Max(style.EdgeMm, pixel));
        canvas.AddTexture(random, style.TextureHu);
        return canvas;
    }

    private Example Scan(Canvas canvas, int index)
    {
        var truth = Picture(canvas.Hu, canvas.Shape);
        return new Example(simulator.Value.Degrade(truth, seeds.For("phantom.scan", index)), truth);
    }

    private Example Segmentation(Canvas canvas, int index)
    {
        var random = Seeds.Random(seeds.For("phantom.look", index));
        var values = canvas.Hu;
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(40 + (values[i] - 40) * style.Gain + style.ShiftHu + style.NoiseHu * Normal(random));
        return new Example(Picture(values, canvas.Shape), Picture(canvas.Labels, canvas.Shape));
    }

    private Picture Picture(float[] values, int[] shape) =>
        new(values, shape) { SpacingMm = [.. Enumerable.Repeat(pixelMm, dimensions)] };

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
