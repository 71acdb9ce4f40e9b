using RosFL.Imaging;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>Brings a batch to the study's device and memory layout.</summary>
internal static class BatchPlacement
{
    public static Batch To(this Batch batch, Study study) => new(
        Laid(batch.Images.to(study.Device), study), batch.Targets.to(study.Device), batch.Mask?.to(study.Device));

    /// <summary>An image tensor (B, C, ...) in the run's memory layout; shape and values stay.</summary>
    /// <exception cref="RosflException">The images are smaller than the network can halve them.</exception>
    public static Tensor Laid(Tensor images, Study study)
    {
        if (images.shape.Skip(2).Any(side => side < study.SmallestSide))
            throw new RosflException(ExitCode.InvalidData,
                $"Images of {string.Join("x", images.shape.Skip(2))} are too small for {study.Run.Network.Name}, which needs {study.SmallestSide} along each axis: lower network.levels, or set a preprocessing.patch and an evaluation.window of that size.");
        if (study.Run.Machine.Layout != MemoryLayout.ChannelsLast) return images;
        return movedim(movedim(images, 1, -1).contiguous(), -1, 1);
    }
}
