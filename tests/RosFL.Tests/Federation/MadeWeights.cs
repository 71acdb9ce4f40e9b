using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>Weights of one part, written down.</summary>
internal static class MadeWeights
{
    /// <summary>One trained array "w".</summary>
    public static Weights Of(params float[] values) => new([new NamedArray("w", [values.Length], values)], 1);

    /// <summary>With running statistics "running_mean" behind it.</summary>
    public static Weights WithStatistics(this Weights weights, params float[] values) =>
        weights.And([new NamedArray("running_mean", [values.Length], values)]);

    public static float[] Values(this Weights weights, string name = "w") => weights.Find(name)!.Values;
}
