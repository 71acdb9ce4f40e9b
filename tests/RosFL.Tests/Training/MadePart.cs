using RosFL.Networks;
using RosFL.Networks.Layers;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>One small convolution as a part of its own, with gradients that a test chooses.</summary>
internal static class MadePart
{
    public static Part New(PartName name = PartName.Head)
    {
        var part = new Part(name, [new NamedModule("conv", new Convolution(new LayerOptions(), 1, 2, 3))], CPU);
        part.Draw(new Seeds(3));
        return part;
    }

    public static RunOptions Run(OptimizerKind optimizer, double clipNorm = 0) => new()
    {
        Rounds = 4,
        Training = new() { Optimizer = optimizer, LearningRate = 0.1, WeightDecay = 1e-2, ClipNorm = clipNorm, Momentum = optimizer == OptimizerKind.Sgd ? 0.9 : 0 },
    };

    /// <summary>Gives every parameter a random gradient that follows from <paramref name="step"/>.</summary>
    public static void Grade(Part part, int step, double scale = 1)
    {
        using var generator = Seeds.Generator(new Seeds(4).For("gradient", step));
        foreach (var (_, parameter) in part.Parameters) parameter.grad = randn(parameter.shape, generator: generator).Times(scale);
    }

    /// <summary>All gradients in a row.</summary>
    public static float[] Gradients(Part part) =>
        [.. part.Parameters.SelectMany(p => p.Value.grad!.contiguous().data<float>().ToArray())];

    /// <summary>All trained numbers in a row.</summary>
    public static float[] Numbers(this Weights weights) => [.. weights.Arrays.Take(weights.Trained).SelectMany(a => a.Values)];
}
