using static TorchSharp.torch;

namespace RosFL.Tensors;

/// <summary>A batch as arrays.</summary>
public static class TensorRows
{
    /// <summary>The numbers of each item of (N, ...), in the order of its axes, copied out of the tensor.</summary>
    public static float[][] Rows(this Tensor batch)
    {
        using var scope = NewDisposeScope();
        var all = batch.detach().cpu().contiguous().data<float>().ToArray();
        return [.. all.Chunk(all.Length / (int)batch.shape[0])];
    }
}
