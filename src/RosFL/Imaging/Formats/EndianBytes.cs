using System.Buffers.Binary;

namespace RosFL.Imaging.Formats;

/// <summary>Numbers at offsets of a header whose byte order is known.</summary>
internal readonly ref struct EndianBytes(ReadOnlySpan<byte> bytes, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public bool BigEndian => bigEndian;

    public byte Byte(int offset) => bytes[offset];

    public short Int16(int offset) =>
        bigEndian ? BinaryPrimitives.ReadInt16BigEndian(bytes[offset..]) : BinaryPrimitives.ReadInt16LittleEndian(bytes[offset..]);

    public ushort UInt16(int offset) => (ushort)Int16(offset);

    public int Int32(int offset) =>
        bigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes[offset..]) : BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);

    public uint UInt32(int offset) => (uint)Int32(offset);

    public long Int64(int offset) =>
        bigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes[offset..]) : BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);

    public float Single(int offset) => BitConverter.Int32BitsToSingle(Int32(offset));

    public double Double(int offset) => BitConverter.Int64BitsToDouble(Int64(offset));
}

