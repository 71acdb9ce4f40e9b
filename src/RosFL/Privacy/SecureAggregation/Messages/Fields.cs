using System.Buffers.Binary;
using System.Text;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>Writes the one byte form of a message, which is what is signed: big-endian numbers, byte strings with their length before them.</summary>
internal sealed class FieldWriter
{
    private readonly MemoryStream bytes = new();

    public FieldWriter Number(long value)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, value);
        bytes.Write(eight);
        return this;
    }

    public FieldWriter Id(uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, value);
        bytes.Write(four);
        return this;
    }

    public FieldWriter Bytes(ReadOnlySpan<byte> value)
    {
        Id((uint)value.Length);
        bytes.Write(value);
        return this;
    }

    public FieldWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public FieldWriter List<T>(IReadOnlyCollection<T> items, Action<FieldWriter, T> write)
    {
        Id((uint)items.Count);
        foreach (var item in items) write(this, item);
        return this;
    }

    public byte[] ToArray() => bytes.ToArray();
}

/// <summary>Reads what <see cref="FieldWriter"/> wrote and refuses anything else.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public delegate T Reading<out T>(ref FieldReader reader);

    public long Number() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public uint Id() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public byte[] Bytes() => Take(Id()).ToArray();

    /// <summary>A byte string that must have a certain length, such as a hash.</summary>
    public byte[] Bytes(int length)
    {
        var value = Bytes();
        Refusal.Unless(value.Length == length, $"A field of a message has {value.Length} bytes; it must have {length}: the sender runs another version.");
        return value;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public List<T> List<T>(Reading<T> read)
    {
        var count = Id();
        Refusal.Unless(count <= (uint)rest.Length, $"A message claims {count} items but is too short for them: it was cut off.");
        var items = new List<T>();
        for (var i = 0; i < count; i++) items.Add(read(ref this));
        return items;
    }

    public readonly void End() => Refusal.Unless(rest.IsEmpty, $"A message has {rest.Length} bytes too many: the sender runs another version.");

    private ReadOnlySpan<byte> Take(uint count)
    {
        Refusal.Unless(count <= (uint)rest.Length, "A message ends before its last field: it was cut off.");
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
