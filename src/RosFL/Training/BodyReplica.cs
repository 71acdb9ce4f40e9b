using RosFL.Networks;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>A body with its optimizer: the half of a step that never sees an image.</summary>
public sealed class BodyReplica(UNetwork network, Part part, PartOptimizer optimizer) : IDisposable
{
    private Tensor? input, output;
    private bool walkedBack;

    public Part Part => part;

    public PartOptimizer Optimizer => optimizer;

    /// <summary>Steps that the optimizer has taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Keeps the graph from a detached copy of <paramref name="smashed"/> to the features.</summary>
    public Tensor Forward(Tensor smashed)
    {
        DropGraph();
        DropGradients();
        part.Train(true);
        input = smashed.detach().requires_grad_().DetachFromDisposeScope();
        using var scope = NewDisposeScope();
        output = network.Forward(input).DetachFromDisposeScope();
        CrashPoint.Reach("compute-forward");
        return output.detach().MoveToOuterDisposeScope();
    }

    /// <summary>Walks the graph back once and answers the smashed gradient; the parameters' gradients wait for <see cref="Step"/>.</summary>
    public Tensor WalkBack(Tensor featuresGradient)
    {
        if (input is null || output is null) throw new InvalidOperationException("Backward came without Forward.");
        using var scope = NewDisposeScope();
        try
        {
            output.backward([featuresGradient]);
            walkedBack = true;
            return input.grad!.MoveToOuterDisposeScope();
        }
        finally
        {
            DropGraph();
        }
    }

    /// <summary>The optimizer's step with the gradients of <see cref="WalkBack"/>, once.</summary>
    public void Step(StepTime time)
    {
        if (!walkedBack) throw new InvalidOperationException("A step of the optimizer came without Backward.");
        optimizer.Step(time);
        Steps++;
        CrashPoint.Reach("compute-step");
        DropGradients();
    }

    public Tensor Infer(Tensor smashed)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        part.Train(false);
        return network.Forward(smashed).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        DropGraph();
        optimizer.Dispose();
        part.Dispose();
    }

    private void DropGraph()
    {
        input?.Dispose();
        output?.Dispose();
        (input, output) = (null, null);
    }

    private void DropGradients()
    {
        walkedBack = false;
        part.ClearGradients();
    }
}
