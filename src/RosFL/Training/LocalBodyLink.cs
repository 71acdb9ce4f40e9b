using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>The link to a body in the same process; <paramref name="retired"/> is told when the site is done with it.</summary>
public sealed class LocalBodyLink(BodyReplica body, Action<BodyReplica>? retired = null) : IHostedBody
{
    public BodyReplica Body => body;

    public Tensor Forward(Tensor smashed, StepTime time) => body.Forward(smashed);

    public Tensor WalkBack(Tensor featuresGradient) => body.WalkBack(featuresGradient);

    public void Step(StepTime time) => body.Step(time);

    public Tensor Infer(Tensor smashed) => body.Infer(smashed);

    public void Dispose()
    {
        retired?.Invoke(body);
        body.Dispose();
    }
}
