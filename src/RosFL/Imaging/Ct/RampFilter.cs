using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>
/// The ramp filter of filtered back-projection, band-limited and sampled in space (Kak and Slaney 1988, eq. 3.61), which keeps the mean
/// right where a sampled |f| does not. Applied by FFT, padded so that nothing wraps around.
/// </summary>
internal sealed class RampFilter : IDisposable
{
    private readonly int bins;
    private readonly int length;
    private readonly Dictionary<CtFilter, Tensor> responses = [];

    public RampFilter(int bins, double binMm)
    {
        this.bins = bins;
        length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * bins));
        using var scope = NewDisposeScope();
        var ramp = fft.rfft(tensor(Kernel(length, binMm))).real.Times(binMm);
        var window = cos(TensorArithmetic.Range(length / 2 + 1, float64).Times(2 * Math.PI / length)).Plus(1).Times(0.5);
        responses[CtFilter.RamLak] = ramp.to(float32).DetachFromDisposeScope();
        responses[CtFilter.Hann] = (ramp * window).to(float32).DetachFromDisposeScope();
    }

    /// <summary>Filters (..., bins) rows.</summary>
    public Tensor Apply(Tensor rows, CtFilter filter) =>
        fft.irfft(fft.rfft(rows, length) * responses[filter], length).narrow(-1, 0, bins);

    public void Dispose()
    {
        foreach (var response in responses.Values)
            response.Dispose();
    }

    private static double[] Kernel(int length, double binMm)
    {
        var kernel = new double[length];
        kernel[0] = 1 / (4 * binMm * binMm);
        for (var n = 1; n <= length / 2; n += 2)
            kernel[n] = kernel[length - n] = -1 / (Math.PI * Math.PI * n * n * binMm * binMm);
        return kernel;
    }
}
