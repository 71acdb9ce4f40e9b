using RosFL.Imaging.Ct;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>
/// True CT images in HU with inputs as one scanner would have shown them at its dose and views. The noise of a case depends on the
/// site's secret, name and slice alone, so an input that the cache dropped comes back with the same bits.
/// </summary>
internal sealed class ScannedDataset(IDataset truth, CtOptions options, CtGeometryOptions geometry, Seeds seeds) : IDataset
{
    /// <summary>Image sizes whose tables are kept; a site's scanner has few.</summary>
    private const int KeptSizes = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Height, int Width), CtSimulator> _scanners = [];

    public string Site => truth.Site;

    public IReadOnlyList<Case> Cases => truth.Cases;

    public Example Load(Case @case)
    {
        var target = truth.Load(@case).Target;
        var degraded = Enumerable.Range(0, Slices.Count(target)).Select(i => Scan(Slices.Take(target, i), @case, i)).ToArray();
        var input = target.Dimensions == 2 ? degraded[0] : Slices.Stack(degraded);
        return new Example(input with { SpacingMm = target.SpacingMm, Affine = target.Affine }, target);
    }

    private Picture Scan(Picture hu, Case @case, int slice)
    {
        var seed = seeds.For("ct", Seeds.Of(@case.Name), slice);
        var scanner = Scanner(hu.Size[0], hu.Size[1]);
        return scanner is null ? CtSimulator.Degrade(hu, options, geometry, seed) : scanner.Degrade(hu, seed);
    }

    /// <summary>The scanner for a size; null when too many sizes are kept already.</summary>
    private CtSimulator? Scanner(int height, int width)
    {
        lock (_gate)
        {
            if (!_scanners.TryGetValue((height, width), out var scanner) && _scanners.Count < KeptSizes)
                _scanners.Add((height, width), scanner = new CtSimulator(options, geometry, height, width));
            return scanner;
        }
    }
}
