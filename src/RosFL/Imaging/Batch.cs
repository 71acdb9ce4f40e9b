using static TorchSharp.torch;

namespace RosFL.Imaging;

/// <summary>Training images of one step, on the CPU. B is the batch, C channels, (D,) H, W pixels.</summary>
/// <param name="Images">float32 (B, C, H, W) or (B, C, D, H, W), network units.</param>
/// <param name="Targets">float32 of the images' layout in network units, or int64 labels (B, H, W) or (B, D, H, W).</param>
/// <param name="Mask">float32 (B, 1, ...), 1 where the loss counts; null counts all.</param>
public sealed record Batch(Tensor Images, Tensor Targets, Tensor? Mask)
{
    /// <summary>Some of the images, as views in the caller's dispose scope.</summary>
    public Batch Narrow(long first, long count) => new(Images.narrow(0, first, count), Targets.narrow(0, first, count), Mask?.narrow(0, first, count));
}
