using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>The hash of everything that decided a round's sum; each site computes it from what it saw itself.</summary>
internal static class Transcript
{
    /// <param name="keys">Message 1 of every site.</param>
    /// <param name="masked">Message 3 of every survivor.</param>
    public static byte[] Hash(byte[] sessionId, SortedDictionary<uint, Envelope> keys, SortedDictionary<uint, Envelope> masked, byte[] sumHash) =>
        SHA256.HashData(new FieldWriter().Bytes(sessionId)
            .List(keys, (w, k) => w.Id(k.Key).Bytes(k.Value.Payload))
            .List(masked, (w, m) => w.Id(m.Key).Bytes(m.Value.Payload)).Bytes(sumHash).ToArray());

    public static byte[] HashOf(ReadOnlySpan<ulong> vector) => SHA256.HashData(MemoryMarshal.AsBytes(vector));
}
