using RosFL.Imaging;
using RosFL.Tensors;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>What an attacker learns: from what it sees of a batch, what it wants to know, and how far off it is.</summary>
/// <param name="See">A batch to the decoder's input (B, c, h, w).</param>
/// <param name="Want">A batch to what the decoder should give.</param>
internal sealed record Lesson(Func<Batch, Tensor> See, Func<Batch, Tensor> Want, Loss Loss)
{
    /// <summary>The same with every channel of the input brought to mean 0 and deviation 1 by the values of <paramref name="sample"/>; what it holds belongs to the caller's dispose scope.</summary>
    public Lesson Standardised(Batch sample)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var seen = See(sample);
        long[] all = [0, .. Enumerable.Range(2, (int)seen.dim() - 2)];
        var mean = seen.mean(all, keepdim: true).MoveToOuterDisposeScope();
        var deviation = (seen - mean).Power(2).mean(all, keepdim: true).sqrt().AtLeast(1e-12).MoveToOuterDisposeScope();
        return this with { See = batch => (See(batch) - mean) / deviation };
    }

    /// <summary>Shape of what is seen of a batch.</summary>
    public long[] ShapeOf(Batch batch)
    {
        using var scope = NewDisposeScope();
        return See(batch).shape;
    }
}
