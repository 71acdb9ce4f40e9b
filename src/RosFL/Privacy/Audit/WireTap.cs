using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// A body that answers, remembers what crossed, and never learns: what the outermost link wrapper lets through is what it has seen.
/// </summary>
/// <param name="body">Null answers with what it heard, where only that is asked for.</param>
internal sealed class WireTap(BodyReplica? body) : IBodyLink
{
    public Tensor? Smashed { get; private set; }

    public Tensor? Features { get; private set; }

    public Tensor? Gradient { get; private set; }

    public Tensor Forward(Tensor smashed, StepTime time)
    {
        Smashed = smashed.detach().to(ScalarType.Float32);
        var features = Infer(smashed);
        Features = features.to(ScalarType.Float32);
        return features;
    }

    public Tensor Backward(Tensor featuresGradient, StepTime time)
    {
        Gradient = featuresGradient.detach().to(ScalarType.Float32);
        return Smashed!.new_zeros(Smashed!.shape);
    }

    public Tensor Infer(Tensor smashed) => body?.Infer(smashed) ?? smashed.alias();

    public void Dispose() => body?.Dispose();
}
