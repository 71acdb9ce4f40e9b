using RosFL.Runs;

namespace RosFL.Training;

/// <summary>
/// What an algorithm does to the gradients of one part before each optimizer step, with what it remembers between rounds. One instance
/// lives for one part of one site and one round.
/// </summary>
public abstract class StepHook : IDisposable
{
    /// <summary>The part holds the round's start; <paramref name="global"/> is that start with the algorithm's own merged vectors behind it.</summary>
    public virtual void BeginRound(Part part, Weights global) { }

    /// <summary>Gradients are complete and unclipped; they may be changed in place.</summary>
    public abstract void BeforeStep(Part part);

    /// <summary>Vectors to be merged beside the weights, after the last step.</summary>
    public virtual IEnumerable<NamedArray> EndRound(Part part) => [];

    /// <summary>What must survive until the site's next round.</summary>
    public virtual IEnumerable<NamedArray> Memory() => [];

    public virtual void Recall(IReadOnlyDictionary<string, NamedArray> memory) { }

    public virtual void Dispose() { }
}
