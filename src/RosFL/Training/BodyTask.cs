using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// What the body learns in place of the study's task, which is then the tail's alone: its gradient leaves the site in place of the loss's, and follows
/// from images and features only. What else it needs is trained at the site and stays there.
/// </summary>
public abstract class BodyTask : IDisposable
{
    /// <summary>The gradient that leaves, of the shape and type of <paramref name="features"/>, in the caller's dispose scope and without a graph. Trains nothing.</summary>
    public abstract Tensor Gradient(Tensor images, Tensor features);

    /// <summary>Trains what belongs to the task and stays at the site, by the last <see cref="Gradient"/>.</summary>
    public abstract void Step();

    /// <summary>What must survive until the site's next round; it never leaves the site.</summary>
    public abstract IReadOnlyList<NamedArray> Memory();

    public abstract void Recall(IReadOnlyList<NamedArray> memory);

    public abstract void Dispose();
}
