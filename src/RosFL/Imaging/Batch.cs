using static TorchSharp.torch;

namespace RosFL.Imaging;

/// <summary>
/// What one training step sees. Shape letters: B images, C channels, D, H, W space, D only in volumes.
/// </summary>
/// <param name="Images">float32 (B, C, [D,] H, W).</param>
/// <param name="Targets">Images: float32 like <paramref name="Images"/>; labels: int64 (B, [D,] H, W).</param>
/// <param name="Mask">float32 (B, 1, [D,] H, W), 1 where a pixel counts; null where all do.</param>
public sealed record Batch(Tensor Images, Tensor Targets, Tensor? Mask);
