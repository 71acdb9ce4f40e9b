using CsCheck;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Tests.Scores;

/// <summary>PSNR, RMSE and SSIM against hand-computed cases and a straightforward SSIM.</summary>
public sealed class RestorationScoresTests
{
    private static readonly EvaluationOptions Ct = new() { ScoreWindow = [-160, 240] };

    [Fact]
    public void Of_aConstantErrorInHu_equalsTheFormula()
    {
        var scores = Of(Constant(20), Constant(0), Ct);

        Assert.Equal(20, scores["rmse"], 9);
        Assert.Equal(20 * Math.Log10(400 / 20.0), scores["psnr"], 9);
    }

    [Fact]
    public void Of_valuesOutsideTheWindow_areClippedFirst()
    {
        var scores = Of(Constant(1000), Constant(230), Ct);

        Assert.Equal(10, scores["rmse"], 9);
    }

    [Fact]
    public void Of_identicalImages_scoresTheCapAndOne()
    {
        var scores = Of(Noise(1, 1, 16, 20), Noise(1, 1, 16, 20), new EvaluationOptions());

        Assert.Equal(RestorationScores.PsnrCap, scores["psnr"]);
        Assert.Equal(1, scores["ssim"], 12);
        Assert.Equal(0, scores["rmse"]);
    }

    [Fact]
    public void Of_anyTwoImages_ssimEqualsTheDoubleLoop() => Gen.Select(Gen.Int[11, 17], Gen.Int[11, 17], Gen.Int[1, 1000]).Check(30, drawn =>
    {
        var (h, w, seed) = drawn;
        var (a, b) = (Noise(seed, 1, h, w), Noise(seed + 1, 1, h, w));
        var mixed = new Picture([.. a.Values.Zip(b.Values, (x, y) => 0.7f * x + 0.3f * y)], 1, h, w);
        var ssim = Of(mixed, a, new EvaluationOptions { DataRange = 2 })["ssim"];
        Assert.Equal(SsimByDefinition(mixed.Values, a.Values, w, 2, (_, _) => true), ssim, 10);
    });

    [Fact]
    public void Of_aMask_isBlindOutside()
    {
        var (h, w) = (20, 24);
        var mask = new Picture([.. Enumerable.Range(0, h * w).Select(i => i % w < 15 ? 1f : 0f)], 1, h, w);
        var target = Noise(3, 1, h, w);
        var prediction = Noise(4, 1, h, w);
        var spoiled = prediction with { Values = [.. prediction.Values.Select((v, i) => mask.Values[i] > 0 ? v : float.NaN)] };

        var scores = Of(spoiled, target, new EvaluationOptions(), mask);

        Assert.Equal(Of(prediction, target, new EvaluationOptions(), mask), scores);
        Assert.Equal(SsimByDefinition(prediction.Values, target.Values, w, 1, (_, left) => left + 10 < 15), scores["ssim"], 10);
    }

    [Fact]
    public void Of_aVolume_ssimIsTheMeanOverItsSlices()
    {
        var (a, b) = (Noise(5, 2, 12, 12), Noise(6, 2, 12, 12));
        Picture Slice(Picture p, int z) => new(p.Values[(z * 144)..((z + 1) * 144)], 1, 12, 12);
        Picture Volume(Picture p) => new(p.Values, 1, 2, 12, 12);

        var whole = Of(Volume(a), Volume(b), new EvaluationOptions());

        var slices = Enumerable.Range(0, 2).Select(z => Of(Slice(a, z), Slice(b, z), new EvaluationOptions())).ToArray();
        Assert.Equal(slices.Average(s => s["ssim"]), whole["ssim"], 12);
        Assert.Equal(Math.Sqrt(slices.Average(s => s["rmse"] * s["rmse"])), whole["rmse"], 12);
    }

    [Fact]
    public void Pooled_twoImages_isOneRmseOverAllPixels()
    {
        var pooled = new PooledErrors(Ct);
        pooled.Add(Constant(30), Constant(0), null);
        pooled.Add(Constant(40), Constant(0), null);

        Assert.Equal(Math.Sqrt((900 + 1600) / 2.0), pooled.Rmse, 9);
        Assert.Equal(20 * Math.Log10(400 / pooled.Rmse), pooled.Psnr, 9);
    }

    [Fact]
    public void Of_nothingToScore_isRefused()
    {
        Assert.Throws<RosflException>(() => Of(Constant(1), Constant(0), Ct, Constant(0)));
        Assert.Throws<RosflException>(() => Of(new Picture(new float[100], 1, 10, 10), new Picture(new float[100], 1, 10, 10), Ct));
    }

    private static double SsimByDefinition(float[] a, float[] b, int width, double range, Func<int, int, bool> counts)
    {
        var (sum, windows) = (0.0, 0);
        for (var top = 0; top + 11 <= a.Length / width; top++)
            for (var left = 0; left + 11 <= width; left++)
            {
                if (!counts(top, left))
                    continue;
                sum += OneWindow(a, b, width, top, left, range);
                windows++;
            }
        return sum / windows;
    }

    private static double OneWindow(float[] a, float[] b, int width, int top, int left, double range)
    {
        double Mean(Func<int, double> value)
        {
            var (sum, weights) = (0.0, 0.0);
            for (var y = 0; y < 11; y++)
                for (var x = 0; x < 11; x++)
                {
                    var weight = Math.Exp(-((y - 5) * (y - 5) + (x - 5) * (x - 5)) / 4.5);
                    sum += weight * value((top + y) * width + left + x);
                    weights += weight;
                }
            return sum / weights;
        }
        double ma = Mean(i => a[i]), mb = Mean(i => b[i]);
        double va = Mean(i => (a[i] - ma) * (a[i] - ma)), vb = Mean(i => (b[i] - mb) * (b[i] - mb)), ab = Mean(i => (a[i] - ma) * (b[i] - mb));
        double c1 = 1e-4 * range * range, c2 = 9e-4 * range * range;
        return (2 * ma * mb + c1) * (2 * ab + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
    }

    private static Picture Constant(float value) => new([.. Enumerable.Repeat(value, 144)], 1, 12, 12);

    private static Picture Noise(int seed, int channels, int height, int width)
    {
        var random = Seeds.Random(seed);
        return new Picture([.. Enumerable.Range(0, channels * height * width).Select(_ => random.NextSingle())], channels, height, width);
    }

    private static Dictionary<string, double> Of(Picture prediction, Picture target, EvaluationOptions options, Picture? mask = null) =>
        RestorationScores.Of(prediction, target, mask, options).ToDictionary(s => s.Metric, s => s.Value);
}
