using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// One training step, the same for every algorithm and every place where the body may live.
/// <code>
///            site                                    body (same process or another one)
///   images ─► [1] head ───── smashed ──────────────────► [2] forward
///               │ skips                                         │
///               ▼ (stay here)                                   │
///   loss ◄─ [3] tail ◄────── features ──────────────────────────┘
///     │
///     └───► [4] tail back ── features' gradient ───────► [5] back, optimizer step
///                                                               │
///           [6] head back ◄─ smashed gradient ──────────────────┘
///               once, from the smashed tensor and the skips together; optimizer step
/// </code>
/// The cut is a detach on both sides, so the gradients equal those of the whole network to the bit, but where the body has a task of its own.
/// </summary>
/// <param name="penalty">What the head pays for telling too much; null where it pays nothing.</param>
/// <param name="bodyTask">What the body learns in place of the loss; null where it learns the loss.</param>
public sealed class TrainingStep(SitePart site, IBodyLink body, Loss loss, HeadPenalty? penalty = null, BodyTask? bodyTask = null)
{
    /// <summary>Trains on one batch.</summary>
    /// <returns>The loss before the update.</returns>
    public double Run(Batch batch, StepTime time)
    {
        using var scope = NewDisposeScope();
        site.Train(true);
        site.ClearGradients();

        // 1. head forward; skips and smashed values leave the head's graph as leaves of their own
        var smashed = site.Levels.Head(batch.Images, out var skips);
        var tailSkips = skips.Select(skip => Leaf(skip)).ToArray();

        // 2. body forward, wherever it lives
        var features = body.Forward(smashed.detach(), time).requires_grad_();
        CrashPoint.Reach("site-forward");

        // 3. tail forward and the loss
        var lossValue = loss.Of(site.Levels.Tail(features, tailSkips), batch.Targets, batch.Mask);

        // 4. back through the tail; where the body has a task of its own, that task's gradient leaves and not the loss's
        lossValue.backward();
        var featuresGradient = bodyTask?.Gradient(batch.Images, features) ?? features.grad!;

        // 5. the body walks back, steps, and answers
        var smashedGradient = body.Backward(featuresGradient, time);

        // 6. back through the head once, from everything that left it
        WalkBack(smashed, smashedGradient, skips, tailSkips, penalty?.Of(batch.Images, smashed, time));
        site.Step(time);
        bodyTask?.Step();
        return lossValue.to(ScalarType.Float32).item<float>();
    }

    /// <summary>The site's side of a cut: the same values, with a gradient of their own where the original has one.</summary>
    private static Tensor? Leaf(Tensor? skip) => skip is null || !skip.requires_grad ? skip : skip.detach().requires_grad_();

    private static void WalkBack(Tensor smashed, Tensor smashedGradient, Tensor?[] skips, Tensor?[] tailSkips, Tensor? cost)
    {
        List<Tensor> ends = [smashed], gradients = [smashedGradient];
        foreach (var (skip, leaf) in skips.Zip(tailSkips))
        {
            if (leaf?.grad is not { } gradient || !leaf.requires_grad) continue;
            ends.Add(skip!);
            gradients.Add(gradient);
        }
        if (cost is not null)
        {
            ends.Add(cost);
            gradients.Add(ones_like(cost));
        }
        autograd.backward(ends, gradients);
    }
}
