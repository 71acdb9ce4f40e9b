using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// On some processors (seen on a virtual machine that hides the processor's caches) libtorch's convolutions are wrong: they read what they never wrote. A small one,
/// whose result is known, says so before anything is computed.
/// </summary>
public static class ConvolutionCheck
{
    private const int Batch = 2, Channels = 8, Size = 16, Kernel = 3;

    // how many pixels of the image the kernel sees along one axis, over all its places
    private const int Seen = (Kernel * Size) - 2;

    private static readonly Lazy<bool> Right = new(IsRight);

    /// <summary>Looks once in a process.</summary>
    /// <exception cref="RosflException">Convolutions are wrong here.</exception>
    public static void Pass()
    {
        if (!Right.Value)
            throw new RosflException(ExitCode.MissingProgram, "libtorch's convolutions give wrong results on this processor, and so would everything that is computed with them: set ONEDNN_MAX_CPU_ISA=SSE41 in the environment, which is right and slower, or use another machine.");
    }

    private static bool IsRight()
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var (images, weights) = (ones([Batch, Channels, Size, Size]).requires_grad_(), ones([Channels, Channels, Kernel, Kernel]));
        LeaveNoNumbers();
        var output = nn.functional.conv2d(images, weights, padding: [1, 1]);
        var gradient = autograd.grad([output.sum()], [images])[0];
        // exact: whole numbers far below the 24 bits of a float
        const float Expected = Batch * Channels * Channels * Seen * Seen;
        return output.sum().item<float>() == Expected && gradient.sum().item<float>() == Expected;
    }

    /// <summary>What is allocated next lies where no numbers were.</summary>
    private static void LeaveNoNumbers()
    {
        using var scope = NewDisposeScope();
        var values = new float[1 << 14];
        Array.Fill(values, float.NaN);
        for (var k = 0; k < 64; k++) tensor(values).clone();
    }
}
