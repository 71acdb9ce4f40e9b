using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>A cost on what the head's output tells of the image, added to the head's gradient inside the site. The servers see nothing of it.</summary>
public abstract class HeadPenalty : IDisposable
{
    /// <summary>The cost of one batch: a number with a graph back to <paramref name="smashed"/>, in the caller's dispose scope.</summary>
    public abstract Tensor Of(Tensor images, Tensor smashed, StepTime time);

    /// <summary>What must survive until the site's next round; it never leaves the site.</summary>
    public virtual IReadOnlyList<NamedArray> Memory() => [];

    public virtual void Recall(IReadOnlyList<NamedArray> memory) { }

    public virtual void Dispose() { }
}
