using RosFL.Networks;

namespace RosFL.Training;

/// <summary>What a site trains itself: the outer levels, with one optimizer for the head and one for the tail.</summary>
public sealed class SitePart(OuterLevels levels, Part head, Part tail, PartOptimizer headOptimizer, PartOptimizer tailOptimizer) : IDisposable
{
    public OuterLevels Levels => levels;

    public Part Head => head;

    public Part Tail => tail;

    public PartOptimizer HeadOptimizer => headOptimizer;

    public PartOptimizer TailOptimizer => tailOptimizer;

    /// <summary>Steps both optimizers on the gradients that are there.</summary>
    public void Step(StepTime time)
    {
        headOptimizer.Step(time);
        tailOptimizer.Step(time);
    }

    public void Train(bool training)
    {
        head.Train(training);
        tail.Train(training);
    }

    public void ClearGradients()
    {
        head.ClearGradients();
        tail.ClearGradients();
    }

    public void Dispose()
    {
        headOptimizer.Dispose();
        tailOptimizer.Dispose();
        head.Dispose();
        tail.Dispose();
    }
}
