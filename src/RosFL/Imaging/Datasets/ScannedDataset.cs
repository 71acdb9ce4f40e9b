using RosFL.Imaging.Ct;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using TorchSharp;

namespace RosFL.Imaging.Datasets;

/// <summary>
/// True CT images in HU with inputs as one scanner would have shown them at its dose and views. The noise of a case depends on
/// <see cref="CtOptions.NoiseSeed"/>, site, name and slice alone, so an input that the cache dropped comes back with the same bits.
/// </summary>
/// <param name="options">With the site's own geometry.</param>
internal sealed class ScannedDataset(IDataset truth, CtOptions options) : IDataset
{
    /// <summary>Image sizes whose tables are kept; a site's scanner has few.</summary>
    private const int KeptSizes = 4;

    private readonly Seeds seeds = new(options.NoiseSeed);
    private readonly ScanFolder kept = new(options);
    private readonly Lock gate = new();
    private readonly Dictionary<(int Height, int Width), CtSimulator> scanners = [];

    public string Site => truth.Site;

    public IReadOnlyList<Case> Cases => truth.Cases;

    public Example Load(Case @case)
    {
        var target = Reduced(truth.Load(@case).Target);
        var degraded = Enumerable.Range(0, Slices.Count(target)).Select(i => Scan(Slices.Take(target, i), @case, i)).ToArray();
        var input = target.Dimensions == 2 ? degraded[0] : Slices.Stack(degraded);
        return new Example(input with { SpacingMm = target.SpacingMm, Affine = target.Affine }, target);
    }

    private Picture Scan(Picture hu, Case @case, int slice)
    {
        var seed = seeds.For("ct", Seeds.Of(Site), Seeds.Of(@case.Name), slice);
        return kept.Get(hu, seed, () => Scanner(hu.Size[0], hu.Size[1])?.Degrade(hu, seed) ?? CtSimulator.Degrade(hu, options, options.Geometry, seed));
    }

    /// <summary>Means of blocks of pixels; a rest at the border falls away, and with it the place of the file's grid.</summary>
    private Picture Reduced(Picture hu)
    {
        var k = options.Reduce;
        if (k == 1)
            return hu;
        using var scope = torch.NewDisposeScope();
        var means = torch.nn.functional.avg_pool2d(torch.tensor(hu.Values, [.. hu.Shape.Select(s => (long)s)]), [k, k]);
        return new Picture(means.data<float>().ToArray(), [.. means.shape.Select(s => (int)s)])
        {
            SpacingMm = [.. hu.SpacingMm.Select((mm, axis) => axis < hu.Dimensions - 2 ? mm : mm * k)],
        };
    }

    /// <summary>The scanner for a size; null when too many sizes are kept already.</summary>
    private CtSimulator? Scanner(int height, int width)
    {
        lock (gate)
        {
            if (!scanners.TryGetValue((height, width), out var scanner) && scanners.Count < KeptSizes)
                scanners.Add((height, width), scanner = new CtSimulator(options, options.Geometry, height, width));
            return scanner;
        }
    }
}

