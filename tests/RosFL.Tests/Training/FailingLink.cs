using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>A link that breaks when it is told to, before anything has reached the body.</summary>
internal sealed class FailingLink(IBodyLink inner) : IBodyLink
{
    /// <summary>"forward" or "backward" breaks there.</summary>
    public string Fail { get; set; } = "";

    public Tensor Forward(Tensor smashed, StepTime time) => Fail == "forward" ? throw new IOException("broken") : inner.Forward(smashed, time);

    public Tensor Backward(Tensor featuresGradient, StepTime time) =>
        Fail == "backward" ? throw new IOException("broken") : inner.Backward(featuresGradient, time);

    public Tensor Infer(Tensor smashed) => inner.Infer(smashed);

    public void Dispose() => inner.Dispose();
}
