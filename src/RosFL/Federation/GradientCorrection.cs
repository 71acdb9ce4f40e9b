using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// k gradient steps of size eta in closed form: <c>W &lt;- W - alpha rho (W - A)</c> with <c>rho = 1 - (1 - eta mu)^k</c>, the strength.
/// No memory, linear. Strength 0 is plain averaging to the bit.
/// </summary>
public sealed class GradientCorrection(double strength) : WeightCorrection
{
    protected override Corrected Correct(PartName part, Weights merged, Weights anchor, int round, IReadOnlyList<NamedArray> memory)
    {
        var pull = Alpha(round) * strength;
        if (pull == 0) return new(merged, memory, 0);
        var (weights, largest) = Map(merged, (i, k) =>
        {
            var (w, a) = ((double)merged.Arrays[i].Values[k], (double)anchor.Arrays[i].Values[k]);
            return w - pull * (w - a);
        });
        return new(weights, memory, largest);
    }
}
