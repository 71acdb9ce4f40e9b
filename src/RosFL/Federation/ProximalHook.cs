using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>FedProx (Li et al. 2020): mu times the distance from the round's start is added to each gradient.</summary>
public sealed class ProximalHook(double mu) : StepHook
{
    private Tensor[] start = [];

    public override void BeginRound(Part part, Weights global)
    {
        using var scope = NewDisposeScope();
        start = [.. part.Parameters.Select(p => p.Value.detach().clone().DetachFromDisposeScope())];
    }

    public override void BeforeStep(Part part)
    {
        foreach (var ((_, parameter), from) in part.Parameters.Zip(start))
            parameter.grad?.Add(parameter - from, mu);
    }

    public override void Dispose()
    {
        foreach (var tensor in start) tensor.Dispose();
    }
}
