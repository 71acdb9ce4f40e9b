using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>The one legal name, type and shape of a tensor that is about to come.</summary>
public sealed record TensorSpec(string Name, DataType Type, IReadOnlyList<long> Shape)
{
    private const int LargestBytes = int.MaxValue;

    /// <summary>Whether its numbers may come with the channels fastest too; else they come contiguously alone.</summary>
    public bool MayBeChannelsLast { get; init; }

    /// <summary>Bytes that the tensor takes, in memory and on the wire.</summary>
    /// <exception cref="RosflException">2 GiB or more.</exception>
    public int Bytes
    {
        get
        {
            var bytes = Shape.Aggregate(BytesOf(Type), (product, side) => checked(product * side));
            return bytes <= LargestBytes ? (int)bytes
                : throw new RosflException(ExitCode.InvalidRun, $"Tensor '{Name}' [{string.Join(',', Shape)}] takes {bytes} bytes, and one message takes less than 2 GiB: use a smaller batch or patch.");
        }
    }

    public TensorHeader Header(TensorLayout layout = TensorLayout.Contiguous) =>
        new() { Name = Name, Type = Type, Shape = { Shape }, Bytes = Bytes, Layout = layout };

    /// <summary>Compares what was announced with what is legal, before anything is allocated for it.</summary>
    /// <returns>The difference in one sentence, or null.</returns>
    public string? Difference(TensorHeader header)
    {
        if (header.Name != Name) return $"A tensor is named '{Quoted.Shortened(header.Name)}' where '{Name}' must come.";
        if (header.Type != Type) return $"Tensor '{Name}' has type {header.Type}, the study's is {Type}.";
        if (!header.Shape.SequenceEqual(Shape)) return $"Tensor '{Name}' has shape [{string.Join(',', header.Shape.Take(8))}], the study's is [{string.Join(',', Shape)}].";
        if (header.Bytes != Bytes) return $"Tensor '{Name}' announces {header.Bytes} bytes, its shape and type take {Bytes}.";
        if (header.Layout is not (TensorLayout.Contiguous or TensorLayout.ChannelsLast)) return $"Tensor '{Name}' has memory layout {header.Layout}, which is none of 0..1.";
        return header.Layout == TensorLayout.Contiguous || MayBeChannelsLast ? null : $"Tensor '{Name}' has memory layout {header.Layout}, the study's is {TensorLayout.Contiguous}.";
    }

    private static long BytesOf(DataType type) => type switch
    {
        DataType.Float32 => 4,
        DataType.Bfloat16 or DataType.Float16 => 2,
        DataType.Int8 => 1,
        DataType.Int64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "A tensor of the wire has one of the types of DataType."),
    };
}

/// <summary>Text of the other end, for a message of ours.</summary>
internal static class Quoted
{
    private const int Longest = 60;

    /// <summary>Shortened, without control characters.</summary>
    public static string Shortened(string text)
    {
        var printable = new string([.. text.Take(Longest).Select(c => char.IsControl(c) ? '?' : c)]);
        return text.Length > Longest ? printable + "..." : printable;
    }
}
