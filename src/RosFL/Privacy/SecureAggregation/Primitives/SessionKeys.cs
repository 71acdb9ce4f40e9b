using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>The symmetric keys of one session: HKDF-SHA256 (RFC 5869) with the session as salt and purpose, round and ids as info.</summary>
public sealed class SessionKeys(byte[] sessionId, int round)
{
    public const int Length = 32;

    /// <summary>The mask that two sites share; the lower id adds it and the higher takes it away.</summary>
    /// <param name="common">The x coordinate of the point on which their mask keys agree.</param>
    public byte[] Pair(byte[] common, uint one, uint other) => Derive(common, "pair", Math.Min(one, other), Math.Max(one, other));

    /// <summary>The mask that protects a site whose input comes after it was taken for lost.</summary>
    public byte[] Self(byte[] seed, uint id) => Derive(seed, "self", id);

    /// <summary>The mask that all sites know and the server does not.</summary>
    public byte[] Blind(byte[] groupSeed) => Derive(groupSeed, "blind");

    /// <summary>The key of one direction between two sites.</summary>
    public byte[] Channel(byte[] common, uint from, uint to) => Derive(common, "chan", from, to);

    private byte[] Derive(byte[] ikm, string purpose, params ReadOnlySpan<uint> ids)
    {
        var label = Encoding.ASCII.GetBytes("sfl/secagg/v1/" + purpose);
        var info = new byte[label.Length + 4 + 4 * ids.Length];
        label.CopyTo(info, 0);
        BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(label.Length), (uint)round);
        for (var i = 0; i < ids.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(info.AsSpan(label.Length + 4 + 4 * i), ids[i]);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, Length, sessionId, info);
    }
}
