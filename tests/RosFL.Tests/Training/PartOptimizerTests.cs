using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>A part's optimizer goes on after a rest as if there had been none, clips its own norm, and forgets the gradients.</summary>
public sealed class PartOptimizerTests
{
    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Restore_ofASavedState_continuesToTheSameBits(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        using var part = MadePart.New();
        using var undisturbed = new PartOptimizer(part, MadePart.Run(kind), null);
        Steps(part, undisturbed, 0, 3);
        var (weights, moments) = (part.Read(), undisturbed.Save());
        Steps(part, undisturbed, 3, 6);

        using var other = MadePart.New();
        using var resumed = new PartOptimizer(other, MadePart.Run(kind), null);
        other.Write(weights);
        resumed.Restore(moments);
        Assert.Equal(moments.SelectMany(m => m.Values), resumed.Save().SelectMany(m => m.Values));
        Steps(other, resumed, 3, 6);
        Assert.Equal(part.Read().Hash(), other.Read().Hash());

        other.Write(weights);
        using var forgetful = new PartOptimizer(other, MadePart.Run(kind), null);
        Steps(other, forgetful, 3, 6);
        Assert.NotEqual(part.Read().Hash(), other.Read().Hash());
    }

    [Fact]
    public void Step_withClipping_boundsThisPartsNorm()
    {
        using var scope = NewDisposeScope();
        using var part = MadePart.New();
        var run = MadePart.Run(OptimizerKind.Sgd, clipNorm: 0.5);
        run = run with { Training = run.Training with { Momentum = 0, WeightDecay = 0 } };
        using var optimizer = new PartOptimizer(part, run, null);
        var start = part.Read();
        MadePart.Grade(part, 0, scale: 100);
        optimizer.Step(new StepTime(0, 0, 1));
        var moved = part.Read().Numbers().Zip(start.Numbers(), (a, b) => (double)a - b).Sum(d => d * d);
        Assert.Equal(0.1 * 0.5, Math.Sqrt(moved), 1e-5);
    }

    [Fact]
    public void Step_done_leavesNoGradient()
    {
        using var scope = NewDisposeScope();
        using var part = MadePart.New();
        using var optimizer = new PartOptimizer(part, MadePart.Run(OptimizerKind.Adam), null);
        Steps(part, optimizer, 0, 1);
        Assert.All(part.Parameters, p => Assert.Null(p.Value.grad));
    }

    [Fact]
    public void PartOptimizer_overNoParameters_isRefused()
    {
        using var part = new Part(PartName.Tail, [], CPU);
        var error = Assert.Throws<RosflException>(() => new PartOptimizer(part, MadePart.Run(OptimizerKind.Adam), null));
        Assert.Equal("The tail has no parameters to train: choose another cut.depth.", error.Message);
    }

    private static void Steps(Part part, PartOptimizer optimizer, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            MadePart.Grade(part, step);
            optimizer.Step(new StepTime(0, step, 6));
        }
    }
}
