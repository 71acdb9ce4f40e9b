using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>A body at its own end: it can answer before its optimizer steps, so that the step is done while the site walks back through its head.</summary>
public interface IHostedBody : IBodyLink
{
    /// <summary>The features' gradient to the smashed gradient; the parameters' gradients wait for <see cref="Step"/>.</summary>
    Tensor WalkBack(Tensor featuresGradient);

    /// <summary>The optimizer's step that ends the training step.</summary>
    void Step(StepTime time);

    Tensor IBodyLink.Backward(Tensor featuresGradient, StepTime time)
    {
        var smashedGradient = WalkBack(featuresGradient);
        Step(time);
        return smashedGradient;
    }
}
