using System.Runtime.InteropServices;

namespace RosFL.Tests.Grpc.Hosting.Knowledge;

/// <summary>Pieces of rows of numbers, by which the numbers are found wherever they were written as they are in memory, little-endian.</summary>
internal static class Fingerprints
{
    private const int Length = 8;

    /// <summary>The first and the last piece in which hardly a number comes twice; none of a row that is too short or too even to be known again.</summary>
    public static IReadOnlyList<byte[]> Of<T>(T[] values) where T : struct
    {
        var pieces = values.Chunk(Length).Where(piece => piece.Length == Length && piece.Distinct().Count() >= Length - 1).ToList();
        return pieces.Count == 0 ? [] : [Bytes(pieces[0]), Bytes(pieces[^1])];
    }

    public static byte[] Bytes<T>(T[] values) where T : struct => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
