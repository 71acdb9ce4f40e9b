namespace RosFL.Imaging.Baselines;

/// <summary>A method without a network, its numbers chosen: what a table calls it, and its answer for an image in the target's units and grid.</summary>
public sealed record Baseline(string Name, Func<Whole, Picture> Predict);
