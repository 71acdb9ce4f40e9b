using System.Runtime.InteropServices;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Imaging.Augmentation;

/// <summary>One item of a batch: a patch (or all) of an image with its target and mask, cut and changed alike.</summary>
/// <param name="Shape">Of <paramref name="Input"/>, channels first.</param>
/// <param name="Target">Labels, or an image of <paramref name="TargetChannels"/>.</param>
internal sealed record TrainingPatch(int[] Shape, float[] Input, float[] Target, int TargetChannels, bool Labels, float[]? Mask)
{
    private ReadOnlySpan<int> Size => Shape.AsSpan(1);

    /// <param name="slice">The slice of a volume that the item is; null takes the whole picture.</param>
    public static TrainingPatch Draw(Prepared prepared, int? slice, RunOptions run, long seed)
    {
        Picture Part(Picture picture) => slice is { } s ? Slices.Take(picture, s) : picture;
        var random = Seeds.Random(seed);
        var segments = run.Task == StudyTask.Segmentation;
        var (input, target) = (Part(prepared.Input), Part(prepared.Target));
        var transform = SpatialAugmentation.Draw(PatchChoice.Draw(input, segments ? target : null, run.Preprocessing, random), run.Augmentation, random);
        var length = transform.Size.Aggregate(1, (a, b) => a * b);
        float[] Sample(Picture picture, bool nearest)
        {
            var values = new float[picture.Channels * length];
            transform.Sample(picture, nearest, values);
            return values;
        }

        var image = Sample(input, nearest: false);
        if (segments)
            IntensityAugmentation.Apply(image, input.Channels, run.Augmentation, random);
        return new TrainingPatch([input.Channels, .. transform.Size[^input.Dimensions..]], image, Sample(target, segments), target.Channels, segments,
            prepared.Mask is null ? null : Sample(Part(prepared.Mask), nearest: true));
    }

    /// <summary>Stacks items to tensors of the caller's scope; items without a mask count whole beside those that have one.</summary>
    public static Batch Stack(TrainingPatch[] items, string site)
    {
        var first = items[0];
        if (Array.Find(items, i => !i.Shape.SequenceEqual(first.Shape)) is { } other)
            throw new RosflException(ExitCode.InvalidData,
                $"A batch of site '{site}' has images of {string.Join("x", first.Shape)} and {string.Join("x", other.Shape)} values, which cannot be stacked: set preprocessing.patch, or training.batch to 1.");
        long[] Shape(int channels) => [items.Length, channels, .. first.Shape.Skip(1).Select(n => (long)n)];
        var targets = Stack(Shape(first.TargetChannels), items, i => i.Target);
        var mask = Array.Exists(items, i => i.Mask is not null)
            ? Stack(Shape(1), items, i => i.Mask ?? [.. Enumerable.Repeat(1f, i.Input.Length / i.Shape[0])])
            : null;
        return new Batch(Stack(Shape(first.Shape[0]), items, i => i.Input), first.Labels ? ToLabels(targets) : targets, mask);
    }

    /// <summary>(B, 1, ...) numbers as int64 (B, ...).</summary>
    private static Tensor ToLabels(Tensor targets)
    {
        using var numbers = targets;
        using var labels = numbers.squeeze(1);
        return labels.to(int64);
    }

    private static Tensor Stack(long[] shape, TrainingPatch[] items, Func<TrainingPatch, float[]> part)
    {
        var tensor = empty(shape, float32);
        var bytes = tensor.bytes;
        var each = bytes.Length / items.Length;
        for (var i = 0; i < items.Length; i++)
            MemoryMarshal.AsBytes(part(items[i]).AsSpan()).CopyTo(bytes[(i * each)..]);
        return tensor;
    }
}
