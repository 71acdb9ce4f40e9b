using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>How a written file stores its values.</summary>
public enum StoredType
{
    /// <summary>Single-precision floats.</summary>
    Float32,

    /// <summary>The smallest of uint8, int16 and int32 that holds every value; values must be integers.</summary>
    Labels,
}

/// <summary>Picks the number type of a written file.</summary>
internal static class StoredTypes
{
    public static NumberType Choose(StoredType type, string path, Picture picture)
    {
        if (type == StoredType.Float32)
            return NumberType.Float32;
        var (least, most) = (0f, 0f);
        foreach (var value in picture.Values)
        {
            if (value != MathF.Round(value) || MathF.Abs(value) > 1 << 24)
                throw new RosflException(ExitCode.InvalidData,
                    $"'{Path.GetFileName(path)}' cannot be written as labels: a value is no integer up to 2^24; write it as numbers.");
            (least, most) = (MathF.Min(least, value), MathF.Max(most, value));
        }
        return least >= 0 && most <= byte.MaxValue ? NumberType.UInt8
            : least >= short.MinValue && most <= short.MaxValue ? NumberType.Int16
            : NumberType.Int32;
    }
}
