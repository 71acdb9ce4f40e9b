using System.Buffers.Binary;
using System.Text;

namespace RosFL.Networks.Onnx;

/// <summary>One message of protocol buffers while it is put together; what is put in is not copied again.</summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0, LengthDelimited = 2, FourBytes = 5;

    private readonly List<byte[]> pieces = [];

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    public ProtoMessage Number(int field, long value) => Tag(field, Varint).Put(Encoded((ulong)value));

    public ProtoMessage Number(int field, float value)
    {
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Tag(field, FourBytes).Put(bytes);
    }

    public ProtoMessage Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public ProtoMessage Bytes(int field, byte[] bytes) => Tag(field, LengthDelimited).Put(Encoded((ulong)bytes.LongLength)).Put(bytes);

    public ProtoMessage Message(int field, ProtoMessage inner)
    {
        Tag(field, LengthDelimited).Put(Encoded((ulong)inner.Length));
        foreach (var piece in inner.pieces) Put(piece);
        return this;
    }

    public void WriteTo(Stream stream)
    {
        foreach (var piece in pieces) stream.Write(piece);
    }

    private ProtoMessage Tag(int field, int wireType) => Put(Encoded((ulong)(field << 3 | wireType)));

    private ProtoMessage Put(byte[] piece)
    {
        pieces.Add(piece);
        Length += piece.LongLength;
        return this;
    }

    private static byte[] Encoded(ulong value)
    {
        var bytes = new List<byte>(10);
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
