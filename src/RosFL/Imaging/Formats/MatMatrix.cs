using System.Text;

namespace RosFL.Imaging.Formats;

/// <summary>One variable of a MAT-file. The numbers are read only on demand.</summary>
internal sealed class MatMatrix
{
    private const int MaxAxes = 32;
    private const int MaxName = 4096;
    private const uint ComplexFlag = 0x0800;

    private readonly SourceFile file;
    private readonly bool bigEndian;
    private readonly uint flags;
    private readonly long[] shape;
    private readonly MatElements rest;

    private MatMatrix(SourceFile file, bool bigEndian, uint flags, long[] shape, string name, MatElements rest) =>
        (this.file, this.bigEndian, this.flags, this.shape, Name, this.rest) = (file, bigEndian, flags, shape, name, rest);

    public string Name { get; }

    /// <summary>Classes 6 to 15 are double, single and the integers.</summary>
    public bool IsRealNumeric => (flags & 0xff) is >= 6 and <= 15 && (flags & ComplexFlag) == 0;

    public static MatMatrix Parse(SourceFile file, Memory<byte> content, bool bigEndian)
    {
        var elements = new MatElements(file, content, bigEndian);
        var flags = Expect(file, elements, 6, "flags");
        if (flags.Length != 8)
            throw file.Refused($"has array flags of {flags.Length} bytes", "they are 8 bytes");
        var kind = new EndianBytes(flags.Span, bigEndian).UInt32(0);
        if ((kind & 0xff) is < 1 or > 15) // function handles and opaque objects are laid out otherwise
            return new MatMatrix(file, bigEndian, kind, [], "", elements);
        var sizes = Expect(file, elements, 5, "dimensions");
        if (sizes.Length % 4 != 0 || sizes.Length / 4 is < 2 or > MaxAxes)
            throw file.Refused($"has {sizes.Length} bytes of dimensions", $"they are 2 to {MaxAxes} numbers of 4 bytes");
        var shape = new long[sizes.Length / 4];
        for (var axis = 0; axis < shape.Length; axis++)
            shape[axis] = new EndianBytes(sizes.Span, bigEndian).Int32(4 * axis);
        var name = Expect(file, elements, 1, "name");
        if (name.Length > MaxName)
            throw file.Refused($"has an array's name of {name.Length} bytes", $"at most {MaxName} are read");
        return new MatMatrix(file, bigEndian, kind, shape, Encoding.ASCII.GetString(name.Span), elements);
    }

    /// <summary>The numbers, row-major; call once.</summary>
    public NumericArray ReadArray()
    {
        var count = file.Count("an array of", this.shape);
        var part = rest.Next() ?? throw file.Refused("holds an array without values", "the header declares some");
        if (TypeOf(part.Type) is not { } type)
            throw file.Refused($"stores an array as type {part.Type}", "arrays of numbers are stored as types 1 to 7, 9, 12 or 13");
        if (part.Content.Length != (long)count * type.Size())
            throw file.Refused($"holds {part.Content.Length} bytes for an array", $"its dimensions declare {(long)count * type.Size()}");
        if (rest.Next() is not null)
            throw file.Refused("has an element after a real array's values", "a real array has one part");
        using var stream = new MemoryStream(part.Content.ToArray());
        var stored = NumberReader.ReadFloats(file, stream, type, bigEndian, count);
        int[] shape = [.. this.shape.Select(size => (int)size)];
        return new NumericArray(NumericArray.FromColumnMajor(stored, shape), shape);
    }

    private static Memory<byte> Expect(SourceFile file, MatElements elements, uint type, string part) =>
        elements.Next() is { } element && element.Type == type ? element.Content
            : throw file.Refused($"lacks the {part} of an array", "an array has flags, dimensions, a name and values in this order");

    private static NumberType? TypeOf(uint type) => type switch
    {
        1 => NumberType.Int8,
        2 => NumberType.UInt8,
        3 => NumberType.Int16,
        4 => NumberType.UInt16,
        5 => NumberType.Int32,
        6 => NumberType.UInt32,
        7 => NumberType.Float32,
        9 => NumberType.Float64,
        12 => NumberType.Int64,
        13 => NumberType.UInt64,
        _ => null,
    };
}

