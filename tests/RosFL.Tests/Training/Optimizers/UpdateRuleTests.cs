using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

#pragma warning disable RS0030 // torch's own optimizers are what ours are measured against

namespace RosFL.Tests.Training.Optimizers;

/// <summary>Our optimizers do what torch's do, on memory and by tensor operations, in every layout.</summary>
public sealed class UpdateRuleTests
{
    /// <summary>Sizes below, at and above whatever a vector holds.</summary>
    private static readonly long[][] Shapes = [[1], [5], [64], [3, 4, 5, 5], [7, 2, 3, 3], [2, 3, 2, 2, 2]];

    public static TheoryData<OptimizerKind, double> Kinds => new(
        from kind in Enum.GetValues<OptimizerKind>()
        from momentum in kind == OptimizerKind.Sgd ? new[] { 0, 0.9 } : [0]
        select (kind, momentum));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_onMemory_followsTorchsOptimizer(OptimizerKind kind, double momentum)
    {
        using var scope = NewDisposeScope();
        var training = Training(kind, momentum);
        using var ours = new Trained(training, ScalarType.Float32, channelsLast: true);
        using var torchs = new Trained(training, ScalarType.Float64, channelsLast: false);
        using var optimizer = Torchs(torchs.Parameters, training);
        for (var step = 0; step < 12; step++)
        {
            torchs.Grade(step);
            optimizer.step();
            ours.Step(step);
        }
        foreach (var (expected, actual) in torchs.Numbers().Zip(ours.Numbers())) Assert.Equal(expected, actual, 3e-6);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_byTensorOperations_followsTorchsOptimizer(OptimizerKind kind, double momentum)
    {
        using var scope = NewDisposeScope();
        var training = Training(kind, momentum);
        using var ours = new Trained(training, ScalarType.Float64, channelsLast: true);
        using var torchs = new Trained(training, ScalarType.Float64, channelsLast: false);
        using var optimizer = Torchs(torchs.Parameters, training);
        for (var step = 0; step < 12; step++)
        {
            torchs.Grade(step);
            optimizer.step();
            ours.Step(step);
        }
        foreach (var (expected, actual) in torchs.Numbers().Zip(ours.Numbers())) Assert.Equal(expected, actual, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_inAnotherLayout_givesTheSameBits(OptimizerKind kind, double momentum)
    {
        using var scope = NewDisposeScope();
        using var contiguous = new Trained(Training(kind, momentum), ScalarType.Float32, channelsLast: false);
        using var channelsLast = new Trained(Training(kind, momentum), ScalarType.Float32, channelsLast: true);
        for (var step = 0; step < 3; step++)
        {
            contiguous.Step(step);
            channelsLast.Step(step);
        }
        Assert.Equal(contiguous.Numbers(), channelsLast.Numbers());
    }

    private static TrainingOptions Training(OptimizerKind kind, double momentum) =>
        new() { Optimizer = kind, LearningRate = 0.01, WeightDecay = 0.02, Momentum = momentum, Beta1 = 0.8 };

    private static OptimizerHelper Torchs(IEnumerable<Parameter> parameters, TrainingOptions o) => o.Optimizer switch
    {
        OptimizerKind.Adam => optim.Adam(parameters, o.LearningRate, o.Beta1, o.Beta2, weight_decay: o.WeightDecay),
        OptimizerKind.AdamW => optim.AdamW(parameters, o.LearningRate, o.Beta1, o.Beta2, weight_decay: o.WeightDecay),
        _ => optim.SGD(parameters, o.LearningRate, o.Momentum, weight_decay: o.WeightDecay),
    };

    /// <summary>A part of bare parameters with made gradients.</summary>
    private sealed class Trained : IDisposable
    {
        private readonly Part part;
        private readonly PartOptimizer optimizer;

        public Trained(TrainingOptions training, ScalarType type, bool channelsLast)
        {
            part = new Part(PartName.Head, [new NamedModule("bare", new Bare(type, channelsLast))], CPU);
            optimizer = new PartOptimizer(part, new RunOptions { Training = training }, null);
        }

        public IEnumerable<Parameter> Parameters => part.Parameters.Select(p => p.Value);

        public void Grade(int step)
        {
            foreach (var (i, parameter) in Parameters.Index()) parameter.grad = Draw("gradient", step, i, parameter.dtype);
        }

        public void Step(int step)
        {
            Grade(step);
            optimizer.Step(new StepTime(0, 0, 1));
        }

        public double[] Numbers() => [.. Parameters.SelectMany(p => p.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray())];

        public void Dispose()
        {
            optimizer.Dispose();
            part.Dispose();
        }

        private static Tensor Draw(string purpose, int step, int index, ScalarType type)
        {
            using var generator = Seeds.Generator(new Seeds(5).For(purpose, step, index));
            return randn(Shapes[index], generator: generator).to(type);
        }

        private sealed class Bare : nn.Module
        {
            public Bare(ScalarType type, bool channelsLast) : base(nameof(Bare))
            {
                for (var i = 0; i < Shapes.Length; i++)
                    register_parameter($"p{i}", new Parameter(Laid(Draw("weight", 0, i, type), channelsLast)));
            }

            private static Tensor Laid(Tensor values, bool channelsLast) =>
                channelsLast && values.dim() > 2 ? movedim(movedim(values, 1, -1).contiguous(), -1, 1) : values;
        }
    }
}
