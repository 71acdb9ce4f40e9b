using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.HeadPenalties;

/// <summary>
/// Distance correlation of images and smashed values within a batch (NoPeek, Vepakomma et al. 2020), 0 to 1. Whether less of it means that less can be
/// read back is for <c>rosfl audit</c> to say.
/// </summary>
internal sealed class DistanceCorrelationPenalty(double weight) : HeadPenalty
{
    private const double Tiny = 1e-9;

    public override Tensor Of(Tensor images, Tensor smashed, StepTime time)
    {
        using var scope = NewDisposeScope();
        Tensor x = Centred(images), y = Centred(smashed);
        var variances = (x * x).mean() * (y * y).mean();
        var squared = (x * y).mean().AtLeast(0) / variances.Plus(Tiny).sqrt();
        return squared.Plus(Tiny).sqrt().Times(weight).MoveToOuterDisposeScope();
    }

    /// <summary>Distances between all pairs of a batch, with row and column means taken out.</summary>
    private static Tensor Centred(Tensor batch)
    {
        var flat = batch.to(ScalarType.Float32).flatten(1);
        // in units of an element, so that the small number under the root is small for any image
        var squares = (flat.unsqueeze(0) - flat.unsqueeze(1)).Power(2).mean([2]);
        var distances = squares.Plus(Tiny).sqrt();
        return (distances - distances.mean([0], keepdim: true) - distances.mean([1], keepdim: true)).Plus(distances.mean());
    }
}
