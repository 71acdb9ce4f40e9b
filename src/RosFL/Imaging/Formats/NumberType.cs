using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RosFL.Imaging.Formats;

/// <summary>The number types that the file formats store.</summary>
internal enum NumberType { UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float16, Float32, Float64 }

/// <summary>Sizes and conversions of <see cref="NumberType"/>.</summary>
internal static class NumberTypes
{
    public static int Size(this NumberType type) => type switch
    {
        NumberType.UInt8 or NumberType.Int8 => 1,
        NumberType.UInt16 or NumberType.Int16 or NumberType.Float16 => 2,
        NumberType.UInt32 or NumberType.Int32 or NumberType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Converts stored numbers to double. <paramref name="bytes"/> is swapped in place where the file's byte order is the other one.</summary>
    public static void Decode(this NumberType type, bool bigEndian, Span<byte> bytes, Span<double> numbers)
    {
        if (bigEndian == BitConverter.IsLittleEndian)
            Swap(type.Size(), bytes);
        switch (type)
        {
            case NumberType.UInt8: Convert<byte>(bytes, numbers); break;
            case NumberType.Int8: Convert<sbyte>(bytes, numbers); break;
            case NumberType.UInt16: Convert<ushort>(bytes, numbers); break;
            case NumberType.Int16: Convert<short>(bytes, numbers); break;
            case NumberType.UInt32: Convert<uint>(bytes, numbers); break;
            case NumberType.Int32: Convert<int>(bytes, numbers); break;
            case NumberType.UInt64: Convert<ulong>(bytes, numbers); break;
            case NumberType.Int64: Convert<long>(bytes, numbers); break;
            case NumberType.Float16: Convert<Half>(bytes, numbers); break;
            case NumberType.Float32: Convert<float>(bytes, numbers); break;
            default: Convert<double>(bytes, numbers); break;
        }
    }

    /// <summary>Stores floats as little-endian numbers; integers are rounded and saturate.</summary>
    public static void Encode(this NumberType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case NumberType.UInt8: Store<byte>(values, bytes); break;
            case NumberType.Int16: Store<short>(values, bytes); break;
            case NumberType.UInt16: Store<ushort>(values, bytes); break;
            case NumberType.Int32: Store<int>(values, bytes); break;
            case NumberType.Float32: values.CopyTo(MemoryMarshal.Cast<byte, float>(bytes)); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "no writer stores this type");
        }
        if (!BitConverter.IsLittleEndian)
            Swap(type.Size(), bytes);
    }

    private static void Convert<T>(ReadOnlySpan<byte> bytes, Span<double> numbers) where T : unmanaged, INumberBase<T>
    {
        var stored = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < stored.Length; i++)
            numbers[i] = double.CreateTruncating(stored[i]);
    }

    private static void Store<T>(ReadOnlySpan<float> values, Span<byte> bytes) where T : unmanaged, INumberBase<T>
    {
        var stored = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < stored.Length; i++)
            stored[i] = T.CreateSaturating(MathF.Round(values[i]));
    }

    private static void Swap(int size, Span<byte> bytes)
    {
        switch (size)
        {
            case 2: Swap(MemoryMarshal.Cast<byte, ushort>(bytes)); break;
            case 4: Swap(MemoryMarshal.Cast<byte, uint>(bytes)); break;
            case 8: Swap(MemoryMarshal.Cast<byte, ulong>(bytes)); break;
        }
    }

    private static void Swap(Span<ushort> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Swap(Span<uint> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Swap(Span<ulong> words) => BinaryPrimitives.ReverseEndianness(words, words);
}
