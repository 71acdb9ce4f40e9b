using RosFL.Imaging;
using RosFL.Imaging.Formats;
using static TorchSharp.torch;

namespace RosFL.Tests.Federation;

/// <summary>The training images of one site of the published program's toy data, (B, 1, 64, 64).</summary>
internal sealed class PublishedItems(string site) : ITrainingItems
{
    public int TrainingItems => 3;

    public Batch Batch(IReadOnlyList<int> items, long seed) => new(Load("input", items), Load("label", items), null);

    private Tensor Load(string kind, IReadOnlyList<int> items) => stack(items.Select(item => Load(kind, item)), 0);

    private Tensor Load(string kind, int item)
    {
        var slice = MatFile.ReadArray(Path.Combine(GoldenFiles.Folder, "data", site, "train", kind, $"slice_{item:D3}.mat"), "data");
        return tensor(slice.Values, [1, slice.Shape[0], slice.Shape[1]]);
    }
}
