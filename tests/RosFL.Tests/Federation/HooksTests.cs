using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Training;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Federation;

/// <summary>What FedProx and SCAFFOLD do to gradients, against their papers' formulas on one small part.</summary>
public sealed class HooksTests
{
    private const double Rate = 0.1;

    [Fact]
    public void ProximalHook_beforeAStep_addsMuTimesTheDistanceFromTheStart()
    {
        using var scope = NewDisposeScope();
        using var part = MadePart.New();
        var start = part.Read();
        using var hook = new ProximalHook(0.25);
        hook.BeginRound(part, start);
        part.Write(Map(start, w => 2 * w + 1));
        var moved = part.Read().Numbers();
        MadePart.Grade(part, 0);
        var plain = MadePart.Gradients(part);
        using (no_grad()) hook.BeforeStep(part);
        var expected = plain.Select((g, i) => g + 0.25f * (moved[i] - start.Numbers()[i]));
        AssertClose(expected, MadePart.Gradients(part));
    }

    /// <summary>Option II (Karimireddy et al. 2020): y moves by g - c_i + c, and c_i becomes c_i - c + (x - y_K) / (K rate).</summary>
    [Fact]
    public void ScaffoldHook_underPlainSgd_isOptionTwo()
    {
        using var scope = NewDisposeScope();
        using var part = MadePart.New();
        var x = part.Read();
        var (c, own) = (Controls(x, 0.3f), Controls(x, -0.2f));
        using var hook = new ScaffoldHook();
        var run = MadePart.Run(OptimizerKind.Sgd);
        using var optimizer = new PartOptimizer(part, run with { Training = run.Training with { Momentum = 0, WeightDecay = 0 } }, hook);
        optimizer.Restore(own);
        optimizer.BeginRound(x.And(c));
        MadePart.Grade(part, 0);
        var first = MadePart.Gradients(part);
        optimizer.Step(new StepTime(0, 0, 3));
        AssertClose(x.Numbers().Select((w, i) => w - (float)Rate * (first[i] + 0.2f + 0.3f)), part.Read().Numbers());
        for (var step = 1; step < 3; step++)
        {
            MadePart.Grade(part, step);
            optimizer.Step(new StepTime(0, step, 3));
        }

        var y = part.Read().Numbers();
        var expected = x.Numbers().Select((w, i) => -0.2f - 0.3f + (float)((w - y[i]) / (3 * Rate)));
        AssertClose(expected, [.. optimizer.EndRound().SelectMany(a => a.Values)]);
        Assert.Equal(["control.conv.weight", "control.conv.bias"], optimizer.Save().Where(a => a.Name.StartsWith("control.", StringComparison.Ordinal)).Select(a => a.Name));
    }

    /// <summary>Merged beside the weights with the same counts, the global variate is the mean of the sites'.</summary>
    [Fact]
    public async Task Scaffold_afterARound_hasTheMeanOfTheSitesControls()
    {
        using var study = new MadeStudy(MadeStudy.Run("scaffold") with { Rounds = 1 });
        var global = (await study.RunAsync())[PartName.Body];
        var own = study.Sites.Select(s => s.State.Of(PartName.Body).Single(a => a.Name == "control.bottom.conv1.weight").Values).ToList();
        var mean = own[0].Select((_, i) => (float)((5.0 * own[0][i] + 3.0 * own[1][i] + 4.0 * own[2][i]) / 12));
        AssertClose(mean, global.Values("control.bottom.conv1.weight"));
    }

    private static Weights Map(Weights weights, Func<float, float> map) =>
        weights with { Arrays = [.. weights.Arrays.Select(a => a with { Values = Array.ConvertAll(a.Values, w => map(w)) })] };

    private static NamedArray[] Controls(Weights like, float value) =>
        [.. Map(like, _ => value).Arrays.Select(a => a with { Name = "control." + a.Name })];

    private static void AssertClose(IEnumerable<float> expected, float[] actual)
    {
        foreach (var (e, a) in expected.Zip(actual)) Assert.Equal(e, a, 1e-5f);
    }
}
