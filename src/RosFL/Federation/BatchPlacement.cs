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
    public static Tensor Laid(Tensor images, Study study)
    {
        if (study.Run.Machine.Layout != MemoryLayout.ChannelsLast) return images;
        return movedim(movedim(images, 1, -1).contiguous(), -1, 1);
    }
}
