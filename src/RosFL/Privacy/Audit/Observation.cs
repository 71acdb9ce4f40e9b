using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>What the computation server sees of a batch in one training step. B images, C channels of the crossing, h and w its size.</summary>
/// <param name="Smashed">float32 (B, C, h, w) or (B, C, d, h, w).</param>
/// <param name="Features">What the body answers.</param>
/// <param name="Gradient">Of the loss, or of the body's own task, by the features.</param>
public sealed record Observation(Tensor Smashed, Tensor Features, Tensor Gradient);
