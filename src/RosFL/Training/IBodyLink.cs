using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// A site's way to its body, wherever that lives. Synchronous, used by one thread at a time; tensors come back in the caller's dispose
/// scope and without a graph.
/// </summary>
public interface IBodyLink : IDisposable
{
    /// <summary>Smashed values to features; the body keeps its graph until <see cref="Backward"/> of the same step.</summary>
    Tensor Forward(Tensor smashed, StepTime time);

    /// <summary>The features' gradient to the smashed gradient; the body's optimizer steps before the next <see cref="Forward"/>.</summary>
    Tensor Backward(Tensor featuresGradient, StepTime time);

    /// <summary>Smashed values to features in evaluation mode, without a graph.</summary>
    Tensor Infer(Tensor smashed);
}
