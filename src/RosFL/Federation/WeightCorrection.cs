using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// DWCS, the dynamic weight correction of RoS-FL (Yang et al. 2022): after averaging, every part is pulled towards the model with which
/// the round began, <c>W &lt;- (1 - alpha) W + alpha T</c>, where T comes from minimising <c>mu/2 |W - A|^2</c> from W. One piece of code
/// for head, body and tail.
/// </summary>
public abstract class WeightCorrection
{
    /// <summary>alpha in round r: min(1 - 1/r, 0.99); round 0 has no correction.</summary>
    public static double Alpha(int round) => round == 0 ? 0 : Math.Min(1 - 1.0 / round, 0.99);

    /// <summary>Corrects one part.</summary>
    /// <param name="merged">This round's mean.</param>
    /// <param name="anchor">The model with which the round began.</param>
    /// <param name="memory">What <see cref="Corrected.Memory"/> was a round ago; empty at first.</param>
    public Corrected Apply(PartName part, Weights merged, Weights anchor, int round, IReadOnlyList<NamedArray> memory) =>
        round == 0 ? new(merged, memory, 0) : Correct(part, merged, anchor, round, memory);

    /// <summary>The anchor of round 1 is the model before round 0 in the published program; everywhere else the anchor is the round's start.</summary>
    public virtual bool AnchorsFirstRoundAtInitialModel => false;

    protected abstract Corrected Correct(PartName part, Weights merged, Weights anchor, int round, IReadOnlyList<NamedArray> memory);

    internal static WeightCorrection Of(RunOptions run, CorrectionRule rule) => rule == CorrectionRule.Gradient
        ? new GradientCorrection(run.Algorithm.Strength ?? 0.1)
        : new AdamCorrection(run, run.Algorithm.Mu ?? 1e-4, run.Algorithm.Published ?? false);

    /// <summary>Maps each trained number by its index in (array, position); the rest stays. Also the largest change.</summary>
    private protected static (Weights Weights, double Largest) Map(Weights merged, Func<int, int, double> corrected)
    {
        var largest = 0.0;
        var arrays = merged.Arrays.ToArray();
        for (var i = 0; i < merged.Trained; i++)
        {
            var values = new float[arrays[i].Values.Length];
            for (var k = 0; k < values.Length; k++)
            {
                values[k] = (float)corrected(i, k);
                largest = Math.Max(largest, Math.Abs(values[k] - (double)arrays[i].Values[k]));
            }
            arrays[i] = arrays[i] with { Values = values };
        }
        return (merged with { Arrays = arrays }, largest);
    }
}

/// <summary>A corrected part, what the rule remembers, and the largest change of a weight.</summary>
public sealed record Corrected(Weights Weights, IReadOnlyList<NamedArray> Memory, double LargestChange);
