using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Imaging.Baselines;

/// <summary>A classical filter with the numbers that did best on the images it was tuned on, and its mean PSNR there.</summary>
public sealed record TunedFilter(string Name, ClassicalFilter Filter, double TunedPsnr);

/// <summary>Chooses the classical filters' numbers on images with known truth, so that a table compares a network with the best that can be had without one.</summary>
public static class ClassicalDenoiser
{
    // 2^(k/2): fine enough that the best PSNR lies within a few hundredths of a decibel
    /// <summary>The kinds of filters, in the order in which tables show them.</summary>
    public static IReadOnlyList<string> Names => ["gaussian", "median", "bilateral", "total variation", "non-local means"];

    private static readonly double Step = Math.Sqrt(2);
    private const int MostSteps = 10;

    /// <summary>
    /// The best filter of each kind by mean PSNR, the best kind first. Every strength begins at the inputs' own RMSE (the noise)
    /// and climbs or falls by factors of √2 while the score rises; the bilateral filter does so at each of three reaches.
    /// </summary>
    /// <param name="images">Input and target in the target's units.</param>
    /// <param name="options">Score window.</param>
    public static IReadOnlyList<TunedFilter> Tune(IReadOnlyList<(Picture Input, Picture Target)> images, EvaluationOptions options)
    {
        double Score(ClassicalFilter filter) => images.Average(pair => Psnr(filter.Apply(pair.Input), pair.Target, options));
        var noise = Math.Max(1e-6, Math.Sqrt(images.Average(pair => Math.Pow(Error(pair.Input, pair.Target, options).Rmse, 2))));
        TunedFilter[] tuned =
        [
            Climb("gaussian", 1, sigma => new GaussianFilter(sigma), Score),
            Best("median", [1, 2, 3], radius => new MedianFilter(radius), Score),
            new[] { 1.0, 1.5, 2.5 }.Select(reach => Climb("bilateral", noise, value => new BilateralFilter(reach, value), Score)).MaxBy(t => t.TunedPsnr)!,
            Climb("total variation", noise, weight => new TotalVariationFilter(weight), Score),
            Climb("non-local means", noise, strength => new NonLocalMeansFilter(strength), Score),
        ];
        return [.. tuned.OrderByDescending(t => t.TunedPsnr)];
    }

    private static TunedFilter Best(string name, int[] values, Func<int, ClassicalFilter> make, Func<ClassicalFilter, double> score) =>
        values.Select(make).Select(f => new TunedFilter(name, f, score(f))).MaxBy(t => t.TunedPsnr)!;

    private static TunedFilter Climb(string name, double start, Func<double, ClassicalFilter> make, Func<ClassicalFilter, double> score)
    {
        TunedFilter At(double strength) => new(name, make(strength), score(make(strength)));
        var best = At(start);
        foreach (var factor in new[] { Step, 1 / Step })
        {
            var strength = start * factor;
            for (var k = 0; k < MostSteps; k++, strength *= factor)
            {
                var next = At(strength);
                if (next.TunedPsnr <= best.TunedPsnr)
                    break;
                best = next;
            }
        }
        return best;
    }

    private static double Psnr(Picture found, Picture target, EvaluationOptions options) => Error(found, target, options).Psnr;

    private static PooledErrors Error(Picture found, Picture target, EvaluationOptions options)
    {
        var errors = new PooledErrors(options);
        errors.Add(found, target, null);
        return errors;
    }
}
