using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// Withholds, mixes, averages over regions, clips image by image and adds Gaussian noise to what a site sends, before anything leaves. Without a bound on many rounds of it this is no
/// differential privacy: what it hides is measured, not proved.
/// </summary>
/// <param name="seeds">The site's own secret chance.</param>
public sealed class GuardedBodyLink(IBodyLink inner, PrivacyOptions options, Seeds seeds) : IBodyLink
{
    private int inferences;

    /// <summary>Whether the options ask for a guard at all.</summary>
    public static bool IsWanted(PrivacyOptions options) =>
        options is not { SmashedClip: 0, SmashedNoise: 0, GradientClip: 0, GradientNoise: 0, GradientRegion: 1, Gradient: GradientKind.Exact or GradientKind.SelfSupervised };

    public Tensor Forward(Tensor smashed, StepTime time) =>
        inner.Forward(Guarded(smashed, options.SmashedClip, options.SmashedNoise, seeds.Stream("guard.smashed", time.Round, time.Step)), time);

    public Tensor Backward(Tensor featuresGradient, StepTime time) =>
        inner.Backward(Guarded(Regions.Averaged(Shown(featuresGradient), options.GradientRegion), options.GradientClip, options.GradientNoise, seeds.Stream("guard.gradient", time.Round, time.Step)), time);

    public Tensor Infer(Tensor smashed) =>
        inner.Infer(Guarded(smashed, options.SmashedClip, options.SmashedNoise, seeds.Stream("guard.inference", inferences++)));

    public void Dispose() => inner.Dispose();

    private Tensor Shown(Tensor gradient) => options.Gradient switch
    {
        GradientKind.Mixed => gradient.mean([0], keepdim: true).expand(gradient.shape).contiguous(),
        GradientKind.Withheld => zeros_like(gradient),
        _ => gradient,
    };

    private static Tensor Guarded(Tensor values, double clip, double noise, KeyStream stream)
    {
        using var disposed = stream;
        if (clip == 0 && noise == 0) return values;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var exact = values.to(ScalarType.Float32);
        long[] all = [.. Enumerable.Range(1, (int)values.dim() - 1)];
        var size = exact.Power(2).mean(all, keepdim: true).sqrt();
        var unit = clip > 0 ? zeros_like(size).Plus(clip) : size;
        if (clip > 0) exact = exact * (unit / size.maximum(unit));
        if (noise > 0)
        {
            var drawn = new float[exact.numel()];
            stream.FillNormal(drawn);
            exact = exact.Plus(tensor(drawn, exact.shape, device: exact.device) * unit.Times(noise));
        }
        return exact.to(values.dtype).MoveToOuterDisposeScope();
    }
}
