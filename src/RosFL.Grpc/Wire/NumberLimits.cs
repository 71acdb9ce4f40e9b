using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Wire;

/// <summary>
/// Which numbers of a model may cross the network: those that fixed-point merging takes, also where a study merges in float, so that no site's
/// NaN is in the mean of all and none outweighs the others by its size.
/// </summary>
internal static class NumberLimits
{
    /// <param name="travelling">What an optimizer keeps: an average of squared gradients may be as large as the square of what may cross the cut.</param>
    /// <exception cref="RosflException">A number is not finite or too large.</exception>
    public static void Check(Model model, IEnumerable<NamedArray> travelling, WireOptions wire)
    {
        foreach (var (part, weights) in model.Parts) Check(weights, part.Text());
        foreach (var array in travelling) Check(array, array.Name, Math.Min(float.MaxValue, wire.LargestRms * wire.LargestRms));
    }

    /// <exception cref="RosflException">A weight is not finite or too large.</exception>
    public static void Check(Weights weights, string part)
    {
        foreach (var (i, array) in weights.Arrays.Index())
            Check(array, $"{part}.{array.Name}", FixedPoint.LimitOf(FixedPoint.BoundOf(i < weights.Trained)));
    }

    private static void Check(NamedArray array, string name, double limit)
    {
        if (!array.Values.All(value => Math.Abs(value) <= limit)) // false for NaN too
            throw new RosflException(ExitCode.Protocol,
                $"Tensor '{name}' has a number that is not finite or beyond {limit:G4}, the largest that may cross the network: training diverged; lower training.learningRate.");
    }
}
