using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// One Adam step on T, begun at W, with gradient <c>mu (W - A)</c>, the training's weight decay and the rate its schedule gives the
/// round's first step; the moments live over all rounds. With <paramref name="published"/> it departs from the paper as the published DC-SFL program does: head and tail are compared
/// with themselves, so only weight decay acts on them, and round 1 is anchored at the initial model.
/// </summary>
public sealed class AdamCorrection(RunOptions run, double mu, bool published) : WeightCorrection
{
    private const double Epsilon = 1e-8;

    public override bool AnchorsFirstRoundAtInitialModel => published;

    protected override Corrected Correct(PartName part, Weights merged, Weights anchor, int round, IReadOnlyList<NamedArray> memory)
    {
        var training = run.Training;
        var rate = new StepTime(round, 0, 1).LearningRate(training, run.Rounds);
        var compared = published && part != PartName.Body ? merged : anchor;
        var (m, v) = (Moments(memory, 0, merged, "m."), Moments(memory, merged.Trained, merged, "v."));
        var alpha = Alpha(round);
        var (bias1, bias2) = (1 - Math.Pow(training.Beta1, round), 1 - Math.Pow(training.Beta2, round));
        var (weights, largest) = Map(merged, (i, k) =>
        {
            double w = merged.Arrays[i].Values[k];
            var gradient = mu * (w - compared.Arrays[i].Values[k]) + training.WeightDecay * w;
            m[i].Values[k] = (float)(training.Beta1 * m[i].Values[k] + (1 - training.Beta1) * gradient);
            v[i].Values[k] = (float)(training.Beta2 * v[i].Values[k] + (1 - training.Beta2) * gradient * gradient);
            var step = rate * (m[i].Values[k] / bias1) / (Math.Sqrt(v[i].Values[k] / bias2) + Epsilon);
            return w - alpha * step;
        });
        return new(weights, [.. m, .. v], largest);
    }

    // a copy: the moments of the round before stay as they were committed
    private static NamedArray[] Moments(IReadOnlyList<NamedArray> memory, int from, Weights like, string prefix) =>
        [.. like.Arrays.Take(like.Trained).Select((a, i) => memory.Count == 0
            ? new NamedArray(prefix + a.Name, a.Shape, new float[a.Values.Length])
            : memory[from + i] with { Values = [.. memory[from + i].Values] })];
}
