using System.Numerics;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training.Optimizers;

/// <summary>Stochastic gradient descent with momentum as torch has it: weight decay is added to the gradient, and the momentum is not damped.</summary>
internal sealed class SgdRule(Part part, TrainingOptions options) : UpdateRule(part, options.Momentum > 0 ? ["momentum"] : [])
{
    protected override void Update(
        long step, double rate, Span<Vector<float>> weights, ReadOnlySpan<Vector<float>> gradient, Span<Vector<float>> first, Span<Vector<float>> second)
    {
        var (added, momentum, speed) = ((float)options.WeightDecay, (float)options.Momentum, (float)rate);
        for (var i = 0; i < weights.Length; i++)
        {
            var slope = gradient[i] + weights[i] * added;
            if (first.Length > 0) slope = first[i] = first[i] * momentum + slope;
            weights[i] -= slope * speed;
        }
    }

    protected override void Update(long step, double rate, Tensor weights, Tensor gradient, Tensor[] kept)
    {
        var slope = gradient.clone().Add(weights, options.WeightDecay);
        if (kept.Length > 0) slope = kept[0].Multiply(options.Momentum).Add(slope);
        weights.Add(slope, -rate);
    }
}
