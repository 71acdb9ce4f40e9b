using static TorchSharp.torch;

namespace RosFL.Training.Payloads;

/// <summary>A tensor as it travels: its numbers in the type of the wire and, for int8, the scale of each image's channel.</summary>
/// <param name="Values">(B, C, ...).</param>
/// <param name="Scales">(B, C) in float32, or null.</param>
public sealed record Payload(Tensor Values, Tensor? Scales) : IDisposable
{
    public long Bytes => BytesOf(Values) + (Scales is null ? 0 : BytesOf(Scales));

    public void Dispose()
    {
        Values.Dispose();
        Scales?.Dispose();
    }

    private static long BytesOf(Tensor tensor) => tensor.numel() * tensor.element_size();
}
