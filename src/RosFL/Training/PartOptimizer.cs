using RosFL.Runs;
using RosFL.Training.Optimizers;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>One part's optimizer: the algorithm's hook, clipping of this part's own norm, the scheduled rate, the step.</summary>
public sealed class PartOptimizer : IDisposable
{
    private readonly Part part;
    private readonly RunOptions run;
    private readonly StepHook? hook;
    private readonly UpdateRule rule;

    public PartOptimizer(Part part, RunOptions run, StepHook? hook)
    {
        if (part.Parameters.Count == 0)
            throw new RosflException(ExitCode.InvalidRun, $"The {part.Name.Text()} has no parameters to train: choose another cut.depth.");
        (this.part, this.run, this.hook) = (part, run, hook);
        rule = Make(part, run.Training);
    }

    public void BeginRound(Weights global) => hook?.BeginRound(part, global);

    /// <summary>Steps on the gradients that are there, then forgets them.</summary>
    public void Step(StepTime time)
    {
        using var scope = NewDisposeScope();
        using (no_grad()) hook?.BeforeStep(part);
        if (run.Training.ClipNorm > 0) nn.utils.clip_grad_norm_(part.Parameters.Select(p => p.Value), run.Training.ClipNorm);
        rule.Step(time.LearningRate(run.Training, run.Rounds));
        part.ClearGradients();
    }

    public IEnumerable<NamedArray> EndRound() => hook?.EndRound(part) ?? [];

    /// <summary>Moments, step counts and the hook's memory under names of this part.</summary>
    public IReadOnlyList<NamedArray> Save() => [.. rule.Save(), .. hook?.Memory() ?? []];

    public void Restore(IReadOnlyList<NamedArray> saved)
    {
        if (saved.Count == 0) return;
        var byName = saved.ToDictionary(a => a.Name);
        rule.Restore(byName);
        hook?.Recall(byName);
    }

    public void Dispose()
    {
        rule.Dispose();
        hook?.Dispose();
    }

    private static UpdateRule Make(Part part, TrainingOptions training) => training.Optimizer switch
    {
        OptimizerKind.Adam => new AdamRule(part, training, decoupled: false),
        OptimizerKind.AdamW => new AdamRule(part, training, decoupled: true),
        _ => new SgdRule(part, training),
    };
}
