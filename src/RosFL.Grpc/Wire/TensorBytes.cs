using System.Buffers;
using RosFL.Grpc.Protocol;
using static TorchSharp.torch;

namespace RosFL.Grpc.Wire;

/// <summary>
/// A tensor's own memory as bytes, in the order in which the numbers lie. It holds a share of the memory until it is disposed, so that
/// whoever reads or writes it on another thread is safe from the tensor's owner.
/// </summary>
internal sealed unsafe class TensorBytes : MemoryManager<byte>
{
    private readonly Tensor owner;
    private readonly byte* start;
    private readonly int length;

    private TensorBytes(Tensor contiguous, TensorLayout layout)
    {
        (owner, Layout) = (contiguous.DetachFromDisposeScope(), layout);
        var span = contiguous.bytes;
        length = span.Length;
        fixed (byte* first = span) start = first; // native memory: it does not move
    }

    public TensorLayout Layout { get; }

    /// <summary>The memory of a CPU tensor, or of a copy where its numbers do not lie densely in a layout that may be sent.</summary>
    public static TensorBytes Of(Tensor tensor, bool mayBeChannelsLast)
    {
        using var scope = NewDisposeScope();
        if (mayBeChannelsLast && IsChannelsLast(tensor)) return new(movedim(tensor, 1, -1), TensorLayout.ChannelsLast);
        return new(tensor.is_contiguous() ? tensor.alias() : tensor.contiguous(), TensorLayout.Contiguous);
    }

    /// <summary>Undefined memory to receive a tensor into.</summary>
    public static TensorBytes Empty(IReadOnlyList<long> shape, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return new(empty(shape.Aggregate(1L, (product, side) => product * side), type), TensorLayout.Contiguous);
    }

    /// <summary>The received numbers as a tensor of the layout in which they were sent, in the caller's dispose scope; shares the memory.</summary>
    public Tensor As(IReadOnlyList<long> shape, TensorLayout layout) => layout == TensorLayout.Contiguous
        ? owner.view([.. shape])
        : movedim(owner.view([shape[0], .. shape.Skip(2), shape[1]]), -1, 1);

    public override Span<byte> GetSpan() => new(start, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin() { }

    public void Release() => owner.Dispose();

    protected override void Dispose(bool disposing) => owner.Dispose();

    /// <summary>Exactly the strides of (B, C, ...) with the channels fastest: convolutions choose by strides, also those of dimensions of one.</summary>
    private static bool IsChannelsLast(Tensor tensor)
    {
        var (shape, strides) = (tensor.shape, tensor.stride());
        if (shape.Length < 3) return false;
        var expected = 1L;
        foreach (var axis in Enumerable.Range(2, shape.Length - 2).Reverse().Prepend(1).Append(0))
        {
            if (strides[axis] != expected) return false;
            expected *= shape[axis];
        }
        return true;
    }
}
