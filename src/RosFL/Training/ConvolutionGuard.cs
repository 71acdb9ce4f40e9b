using System.Runtime.InteropServices;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// On some processors (seen on a virtual machine that hides the processor's caches) libtorch's convolutions read padding that they never wrote: whatever
/// the memory held before spoils the step, if it was no number. Where they do, the allocator hands out zeros from then on.
/// </summary>
public static partial class ConvolutionGuard
{
    private const int Perturb = -6, Zeros = 255; // glibc's malloc.h: new memory is filled with the complement
    private static readonly Lazy<bool> Guarded = new(Raise);

    /// <summary>Looks once in a process, and guards where it is needed.</summary>
    /// <returns>Whether it is needed here.</returns>
    /// <exception cref="RosflException">Convolutions stay wrong.</exception>
    public static bool Ensure() => Guarded.Value;

    /// <summary>Whether a small convolution, or its gradient, is no number where its memory was none before.</summary>
    public static bool ReadsWhatItNeverWrote() => Spoils(ScalarType.Float32) || Spoils(ScalarType.BFloat16);

    private static bool Raise()
    {
        if (!ReadsWhatItNeverWrote()) return false;
        if (OperatingSystem.IsLinux()) SetAllocator(Perturb, Zeros);
        return !ReadsWhatItNeverWrote() ? true : throw new RosflException(ExitCode.MissingProgram,
            "libtorch's convolutions read memory that they never wrote on this processor, and results would be wrong: run on another machine, or set ONEDNN_MAX_CPU_ISA=SSE41, which is slower.");
    }

    // fewer channels than a vector has numbers, so that there is padding
    private static bool Spoils(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var (images, weights) = (ones([2, 8, 16, 16], type).requires_grad_(), ones([8, 8, 3, 3], type));
        LeaveNoNumbers();
        var output = nn.functional.conv2d(images, weights, padding: [1, 1]);
        var gradient = autograd.grad([output.sum()], [images])[0];
        return !output.isfinite().all().item<bool>() || !gradient.isfinite().all().item<bool>();
    }

    /// <summary>What is allocated next lies where no numbers were.</summary>
    private static void LeaveNoNumbers()
    {
        using var scope = NewDisposeScope();
        var values = new float[1 << 14];
        Array.Fill(values, float.NaN);
        for (var k = 0; k < 64; k++) tensor(values).clone();
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);
}
