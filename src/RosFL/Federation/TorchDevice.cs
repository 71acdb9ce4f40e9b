using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>The device of <c>machine.device</c>.</summary>
public static class TorchDevice
{
    /// <exception cref="RosflException">CUDA was asked for and is not there.</exception>
    public static Device Of(DeviceKind kind) => kind switch
    {
        DeviceKind.Cpu => CPU,
        DeviceKind.Cuda when !cuda.is_available() => throw new RosflException(ExitCode.InvalidRun,
            "machine.device is 'cuda' but libtorch finds no CUDA device: build with -p:TorchBackend=cuda on a machine with a GPU (docs/gpu.md) or set it to 'cpu'."),
        DeviceKind.Cuda => CUDA,
        _ => cuda.is_available() ? CUDA : CPU,
    };
}
