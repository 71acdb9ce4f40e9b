using System.Diagnostics;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Planning;

/// <summary>A body that works longer at every call.</summary>
internal sealed class SlowBodyLink(IBodyLink inner, TimeSpan longer) : IBodyLink
{
    public Tensor Forward(Tensor smashed, StepTime time) => Slowed(() => inner.Forward(smashed, time));

    public Tensor Backward(Tensor featuresGradient, StepTime time) => Slowed(() => inner.Backward(featuresGradient, time));

    public Tensor Infer(Tensor smashed) => Slowed(() => inner.Infer(smashed));

    public void Dispose() => inner.Dispose();

    private Tensor Slowed(Func<Tensor> call)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < longer;) Thread.SpinWait(1000);
        return call();
    }
}
