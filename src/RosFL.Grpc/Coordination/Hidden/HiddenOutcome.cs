using RosFL.Training;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>What a site made of the opened sum, as it may tell the aggregation server.</summary>
/// <param name="PartsHash">Of the new global parts.</param>
/// <param name="LargestChange">By part, of the correction: a figure of the opened mean, never of one site.</param>
internal sealed record HiddenOutcome(string PartsHash, IReadOnlyDictionary<PartName, double> LargestChange);
