using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>What a detector makes of line integrals: photons counted after Beer and Lambert, plus Gaussian electronic noise.</summary>
public static class CtNoise
{
    /// <summary>Counts are floored here before the logarithm (photon starvation); electronic noise alone can make them negative.</summary>
    public const double FewestPhotons = 1;

    /// <summary>Noisy line integrals of the same shape; the input itself at 0 photons.</summary>
    /// <param name="integrals">Line integrals of any shape, on the CPU.</param>
    /// <param name="photons">Photons per ray without an object.</param>
    /// <param name="electronicNoise">Standard deviation in photons.</param>
    /// <param name="seed">From <see cref="Seeds.For"/>.</param>
    public static Tensor Add(Tensor integrals, double photons, double electronicNoise, long seed)
    {
        if (photons <= 0)
            return integrals.alias();
        using var scope = NewDisposeScope();
        using var generator = Seeds.Generator(seed);
        var counted = poisson(exp(-integrals).Times(photons), generator);
        var read = counted.Plus(randn(integrals.shape, float32, generator: generator).Times(electronicNoise));
        return Math.Log(photons).Minus(log(read.AtLeast(FewestPhotons))).MoveToOuterDisposeScope();
    }
}
