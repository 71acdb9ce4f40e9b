using System.Numerics;
using System.Runtime.InteropServices;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>Vectors over Z_2^64 with native wraparound.</summary>
internal static class Ring
{
    public static void Add(Span<ulong> sum, ReadOnlySpan<ulong> other)
    {
        var wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(sum);
        var wideOther = MemoryMarshal.Cast<ulong, Vector<ulong>>(other);
        for (var i = 0; i < wide.Length; i++) wide[i] += wideOther[i];
        for (var i = wide.Length * Vector<ulong>.Count; i < sum.Length; i++) sum[i] = unchecked(sum[i] + other[i]);
    }

    public static void Subtract(Span<ulong> sum, ReadOnlySpan<ulong> other)
    {
        var wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(sum);
        var wideOther = MemoryMarshal.Cast<ulong, Vector<ulong>>(other);
        for (var i = 0; i < wide.Length; i++) wide[i] -= wideOther[i];
        for (var i = wide.Length * Vector<ulong>.Count; i < sum.Length; i++) sum[i] = unchecked(sum[i] - other[i]);
    }
}
