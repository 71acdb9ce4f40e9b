using System.Buffers;
using System.Runtime.InteropServices;

namespace RosFL.Grpc.Wire;

/// <summary>The memory of a float array as bytes, in the machine's order, which is little-endian wherever libtorch runs.</summary>
internal sealed class ArrayBytes(float[] values) : MemoryManager<byte>
{
    private GCHandle handle;

    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, pinnable: this);
    }

    public override void Unpin() => handle.Free();

    protected override void Dispose(bool disposing) { }
}
