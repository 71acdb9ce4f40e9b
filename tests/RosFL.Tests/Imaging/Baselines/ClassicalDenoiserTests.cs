using RosFL.Imaging;
using RosFL.Imaging.Baselines;
using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Tests.Imaging.Baselines;

/// <summary>Classical filters on a made picture: two flat regions under Gaussian noise.</summary>
public sealed class ClassicalDenoiserTests
{
    private const int Side = 32;

    private static readonly EvaluationOptions Window = new() { ScoreWindow = [-160, 240] };

    private static readonly Picture Truth = new([.. Enumerable.Range(0, Side * Side).Select(i => i % Side < Side / 2 ? 0f : 100f)], 1, Side, Side);

    [Fact]
    public void Tune_onNoisyImages_givesEveryKindAndBeatsTheInput()
    {
        var noisy = Noisy(seed: 1, deviation: 20);
        var tuned = ClassicalDenoiser.Tune([(noisy, Truth)], Window);
        Assert.Equal(ClassicalDenoiser.Names.Order(), tuned.Select(t => t.Name).Order());
        Assert.Equal(tuned.OrderByDescending(t => t.TunedPsnr), tuned);
        Assert.All(tuned, t => Assert.True(t.TunedPsnr > Psnr(noisy) + 1, $"{t.Name} {t.TunedPsnr}"));
    }

    /// <summary>Strength follows the noise: what is tuned on little noise changes an image less.</summary>
    [Fact]
    public void Tune_onLittleNoise_smoothesLess()
    {
        double Change(double deviation)
        {
            var best = ClassicalDenoiser.Tune([(Noisy(seed: 2, deviation), Truth)], Window)[0].Filter;
            var other = Noisy(seed: 3, 10);
            return best.Apply(other).Values.Zip(other.Values, (a, b) => Math.Abs(a - b)).Average();
        }
        Assert.True(Change(2) < Change(30));
    }

    public static TheoryData<ClassicalFilter> Filters =>
        [new GaussianFilter(1), new MedianFilter(1), new BilateralFilter(1.5, 10), new TotalVariationFilter(5), new NonLocalMeansFilter(5)];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Filter_onAConstantVolume_keepsItAndItsGeometry(ClassicalFilter filter)
    {
        var volume = new Picture([.. Enumerable.Repeat(7f, 2 * 9 * 8)], 1, 2, 9, 8) { SpacingMm = [3, 1, 2] };
        var filtered = filter.Apply(volume);
        Assert.All(filtered.Values, v => Assert.Equal(7, v, 1e-4));
        Assert.Equal(volume.SpacingMm, filtered.SpacingMm);
    }

    private static double Psnr(Picture picture)
    {
        var errors = new PooledErrors(Window);
        errors.Add(picture, Truth, null);
        return errors.Psnr;
    }

    private static Picture Noisy(long seed, double deviation)
    {
        var random = Seeds.Random(seed);
        return Truth with { Values = [.. Truth.Values.Select(v => (float)(v + deviation * Normal(random)))] };
    }

    /// <summary>Nearly normal: twelve uniform draws have variance 1.</summary>
    private static double Normal(Random random) => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
}
