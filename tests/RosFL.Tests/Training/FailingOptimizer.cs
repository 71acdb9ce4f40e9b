using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>A body whose optimizer fails, after the body has answered.</summary>
internal sealed class FailingOptimizer(IHostedBody inner) : IHostedBody
{
    public Tensor Forward(Tensor smashed, StepTime time) => inner.Forward(smashed, time);

    public Tensor WalkBack(Tensor featuresGradient) => inner.WalkBack(featuresGradient);

    public void Step(StepTime time) => throw new InvalidOperationException("broken");

    public Tensor Infer(Tensor smashed) => inner.Infer(smashed);

    public void Dispose() => inner.Dispose();
}
