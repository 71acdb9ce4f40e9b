using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Optimizers;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>How an attacker's training ended.</summary>
/// <param name="Plateau">Whether it had learned all it could: less than 1 % gain on held-out images over its last 300 steps, also at a lower rate.</param>
internal sealed record Fitted(int Steps, bool Plateau);

/// <summary>Trains an attacker's network until held-out images say that more training gains nothing.</summary>
internal static class Fitting
{
    private const int MostImages = 8, FewestImages = 2, PixelsInBatch = 8 * 64 * 64, Look = 100, Patience = 300;
    private const double Rate = 2e-3, LowRate = 5e-4, Gain = 0.01;

    /// <param name="progress">Told the steps so far, now and then.</param>
    public static Fitted ToPlateau(
        nn.Module<Tensor, Tensor> decoder, Lesson lesson, AuditImages images, Batch heldOut, AuditOptions options, Action<int> progress, CancellationToken cancellation)
    {
        var part = new Part(PartName.Tail, [new("decoder", decoder)], CPU);
        using var rule = new AdamRule(part, new TrainingOptions(), decoupled: false);
        var rate = Rate;
        var losses = new List<double>();
        var count = (int)Math.Clamp(PixelsInBatch * heldOut.Images.shape[0] / heldOut.Images.numel(), FewestImages, MostImages);
        for (var step = 0; step < options.MostSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step(decoder, lesson, () => images.Auxiliary(step, count));
            rule.Step(rate);
            part.ClearGradients();
            if ((step + 1) % Look != 0) continue;
            progress(step + 1);
            losses.Add(HeldOutLoss(decoder, lesson, heldOut));
            if (step + 1 < options.LeastSteps || !IsFlat(losses)) continue;
            if (rate < Rate) return new(step + 1, true);
            // a lower rate often finds a little more: the plateau counts only after it
            rate = LowRate;
            losses.RemoveRange(0, losses.Count - 1);
        }
        return new(options.MostSteps, false);
    }

    private static void Step(nn.Module<Tensor, Tensor> decoder, Lesson lesson, Func<Batch> next)
    {
        using var scope = NewDisposeScope();
        var batch = next();
        lesson.Loss.Of(decoder.call(lesson.See(batch)), lesson.Want(batch), batch.Mask).backward();
    }

    private static double HeldOutLoss(nn.Module<Tensor, Tensor> decoder, Lesson lesson, Batch heldOut)
    {
        using var scope = NewDisposeScope();
        var input = lesson.See(heldOut);
        using var noGrad = no_grad();
        return lesson.Loss.Of(decoder.call(input), lesson.Want(heldOut), heldOut.Mask).item<float>();
    }

    private static bool IsFlat(List<double> losses)
    {
        var recent = Patience / Look;
        if (losses.Count <= recent) return false;
        double before = losses.SkipLast(recent).Min(), now = losses.TakeLast(recent).Min();
        return before - now < Gain * before;
    }
}
