using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Federation;

/// <summary>Passes everything on and keeps what crossed: smashed, features, features' gradient, smashed gradient, step after step.</summary>
internal sealed class RecordingLink(IBodyLink inner, Action? onForward = null) : IBodyLink
{
    public List<float[]> Crossed { get; } = [];

    /// <summary>Of each of <see cref="Crossed"/>.</summary>
    public List<long[]> Shapes { get; } = [];

    public Tensor Forward(Tensor smashed, StepTime time)
    {
        var features = inner.Forward(smashed, time);
        onForward?.Invoke();
        return Kept(smashed, features);
    }

    public Tensor Backward(Tensor featuresGradient, StepTime time) => Kept(featuresGradient, inner.Backward(featuresGradient, time));

    public Tensor Infer(Tensor smashed) => inner.Infer(smashed);

    public void Dispose() => inner.Dispose();

    private Tensor Kept(Tensor sent, Tensor received)
    {
        foreach (var tensor in new[] { sent, received })
        {
            Crossed.Add(tensor.detach().contiguous().data<float>().ToArray());
            Shapes.Add(tensor.shape);
        }
        return received;
    }
}
