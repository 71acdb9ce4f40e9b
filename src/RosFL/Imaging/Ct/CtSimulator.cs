using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>
/// Turns true CT images into what a given scanner would have shown at its dose and number of views. Keeps the scanner's tables, so many
/// images of one size cost one setup. The pixel size is the geometry's. Outside the scanner's field of view the result is air (-1000 HU);
/// what lies there still attenuates, as in a real scanner. Safe for several threads.
/// </summary>
public sealed class CtSimulator : IDisposable
{
    private readonly CtOptions options;
    private readonly CtScanner scanner;

    /// <param name="options">Water, noise, filter, floor; its own geometry is ignored.</param>
    public CtSimulator(CtOptions options, CtGeometryOptions geometry, int height, int width)
    {
        if (options.WaterPerMm <= 0)
            throw new RosflException(ExitCode.InvalidRun, $"CT: waterPerMm is {options.WaterPerMm} but must be above 0; water is about 0.0192 per mm.");
        this.options = options;
        scanner = new CtScanner(geometry, height, width);
    }

    /// <summary>One image in HU, (1,H,W) in and out, with a scanner made for it alone.</summary>
    public static Picture Degrade(Picture hu, CtOptions options, CtGeometryOptions geometry, long seed)
    {
        CheckShape(hu);
        using var simulator = new CtSimulator(options, geometry, hu.Size[0], hu.Size[1]);
        return simulator.Degrade(hu, seed);
    }

    /// <summary>One image in HU, (1,H,W) in and out.</summary>
    public Picture Degrade(Picture hu, long seed)
    {
        CheckShape(hu);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var degraded = Degrade(tensor(hu.Values, [1, 1, hu.Size[0], hu.Size[1]]), seed);
        return hu with { Values = degraded.data<float>().ToArray() };
    }

    /// <summary>A batch in HU, (B,1,H,W) in and out; the noise of the whole batch comes from one seed.</summary>
    public Tensor Degrade(Tensor hu_B1HW, long seed)
    {
        using var scope = NewDisposeScope();
        var clean = scanner.Project(Hounsfield.ToAttenuation(hu_B1HW, options));
        var noisy = CtNoise.Add(clean, scanner.Options.Photons, options.ElectronicNoise, seed);
        return Hounsfield.FromAttenuation(scanner.Reconstruct(noisy, options.Filter), options).MoveToOuterDisposeScope();
    }

    public void Dispose() => scanner.Dispose();

    private static void CheckShape(Picture hu)
    {
        if (hu.Dimensions != 2 || hu.Channels != 1)
            throw new RosflException(ExitCode.InvalidData,
                $"CT simulator: an image has shape ({string.Join(", ", hu.Shape)}) but must be (1, H, W); read volumes as slices and colour as one channel.");
    }
}
