using System.Buffers.Binary;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>NIfTI-1 headers byte by byte, independent of the library's writer: a 3 x 2 x 2 uint8 volume of 0..11 unless changed.</summary>
internal sealed class HandMadeNifti
{
    private readonly bool bigEndian;

    public HandMadeNifti(bool bigEndian = false)
    {
        this.bigEndian = bigEndian;
        Int32(0, 348).Dim(3, 3, 2, 2).Int16(70, 2).Int16(72, 8).Single(108, 352).Sform([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
        "n+1\0"u8.CopyTo(Header.AsSpan(344));
    }

    public byte[] Header { get; } = new byte[352];

    public byte[] Values { get; set; } = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

    public byte[] Bytes => [.. Header, .. Values];

    public HandMadeNifti Dim(params short[] dim)
    {
        for (var i = 0; i < 8; i++)
            Int16(40 + 2 * i, i < dim.Length ? dim[i] : (short)1);
        return this;
    }

    public HandMadeNifti PixDim(params float[] sizes)
    {
        for (var i = 0; i < sizes.Length; i++)
            Single(76 + 4 * i, sizes[i]);
        return this;
    }

    public HandMadeNifti Sform(float[] rows, short code = 1)
    {
        Int16(254, code);
        for (var i = 0; i < 12; i++)
            Single(280 + 4 * i, rows[i]);
        return this;
    }

    public HandMadeNifti Type(short code, short bits, byte[] values)
    {
        Values = values;
        return Int16(70, code).Int16(72, bits);
    }

    public HandMadeNifti Int16(int at, short value)
    {
        if (bigEndian)
            BinaryPrimitives.WriteInt16BigEndian(Header.AsSpan(at), value);
        else
            BinaryPrimitives.WriteInt16LittleEndian(Header.AsSpan(at), value);
        return this;
    }

    public HandMadeNifti Int32(int at, int value)
    {
        if (bigEndian)
            BinaryPrimitives.WriteInt32BigEndian(Header.AsSpan(at), value);
        else
            BinaryPrimitives.WriteInt32LittleEndian(Header.AsSpan(at), value);
        return this;
    }

    public HandMadeNifti Single(int at, float value) => Int32(at, BitConverter.SingleToInt32Bits(value));
}

