using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Wire;

/// <summary>
/// Which numbers of a model may come over the network: those that fixed-point merging takes, also where a study merges in float, so that no site's
/// NaN is in the mean of all and none outweighs the others by its size.
/// </summary>
internal static class NumberLimits
{
    /// <exception cref="RosflException">A weight is not finite or too large.</exception>
    public static void Check(Model model)
    {
        foreach (var (part, weights) in model.Parts) Check(weights, part.Text());
    }

    /// <exception cref="RosflException">A weight is not finite or too large.</exception>
    public static void Check(Weights weights, string part)
    {
        foreach (var (i, array) in weights.Arrays.Index())
            Check(array, $"{part}.{array.Name}", FixedPoint.LimitOf(FixedPoint.BoundOf(i < weights.Trained)));
    }

    /// <summary>What an optimizer keeps: an average of squared gradients may be as large as the square of what may cross the cut.</summary>
    /// <exception cref="RosflException">A number is not finite or too large.</exception>
    public static void CheckTravelling(IEnumerable<NamedArray> arrays, WireOptions wire)
    {
        foreach (var array in arrays) Check(array, array.Name, Math.Min(float.MaxValue, wire.LargestRms * wire.LargestRms));
    }

    private static void Check(NamedArray array, string name, double limit)
    {
        if (!array.Values.All(value => Math.Abs(value) <= limit)) // false for NaN too
            throw new RosflException(ExitCode.Protocol,
                $"Tensor '{name}' came with a number that is not finite or beyond {limit:G4}, the largest that a model may hold on its way: training diverged where it comes from; lower training.learningRate.");
    }
}
