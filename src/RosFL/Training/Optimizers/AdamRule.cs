using System.Numerics;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2015) as torch has it: weight decay is added to the gradient, or with <paramref name="decoupled"/> taken from the weights
/// (AdamW, Loshchilov and Hutter 2019).
/// </summary>
internal sealed class AdamRule(Part part, TrainingOptions options, bool decoupled) : UpdateRule(part, "exp_avg", "exp_avg_sq")
{
    private const double Epsilon = 1e-8;

    protected override void Update(
        long step, double rate, Span<Vector<float>> weights, ReadOnlySpan<Vector<float>> gradient, Span<Vector<float>> first, Span<Vector<float>> second)
    {
        var now = new Now(step, rate, options);
        var (added, left) = (decoupled ? 0 : (float)options.WeightDecay, decoupled ? (float)now.Left : 1);
        var (beta1, rest1, beta2, rest2) = ((float)options.Beta1, (float)(1 - options.Beta1), (float)options.Beta2, (float)(1 - options.Beta2));
        var (speed, scale, epsilon) = ((float)now.Rate, (float)now.Scale, new Vector<float>((float)Epsilon));
        for (var i = 0; i < weights.Length; i++)
        {
            var slope = gradient[i] + weights[i] * added;
            var m = first[i] = first[i] * beta1 + slope * rest1;
            var v = second[i] = second[i] * beta2 + slope * slope * rest2;
            weights[i] = weights[i] * left - m * speed / (Vector.SquareRoot(v) * scale + epsilon);
        }
    }

    protected override void Update(long step, double rate, Tensor weights, Tensor gradient, Tensor[] kept)
    {
        var now = new Now(step, rate, options);
        var slope = decoupled ? gradient : gradient.clone().Add(weights, options.WeightDecay);
        kept[0].Multiply(options.Beta1).Add(slope, 1 - options.Beta1);
        kept[1].Multiply(options.Beta2).AddProduct(slope, slope, 1 - options.Beta2);
        if (decoupled) weights.Multiply(now.Left);
        weights.AddQuotient(kept[0], kept[1].sqrt().Multiply(now.Scale).Add(Epsilon), -now.Rate);
    }

    /// <summary>What is the same for all numbers of a parameter.</summary>
    private readonly struct Now(long step, double rate, TrainingOptions options)
    {
        /// <summary>What decoupled decay leaves of a weight.</summary>
        public double Left { get; } = 1 - rate * options.WeightDecay;

        /// <summary>The learning rate with the first moment's correction.</summary>
        public double Rate { get; } = rate / (1 - Math.Pow(options.Beta1, step));

        /// <summary>The second moment's correction.</summary>
        public double Scale { get; } = 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step));
    }
}
