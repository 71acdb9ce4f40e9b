using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>Content of message 1.</summary>
/// <param name="Mask">Public key from which pair masks are made.</param>
/// <param name="Channel">Public key for what sites send each other.</param>
/// <param name="Commitment">SHA-256("self" || self seed || session id).</param>
internal sealed record KeysMessage(byte[] Mask, byte[] Channel, byte[] Commitment)
{
    public static byte[] Commit(byte[] selfSeed, byte[] sessionId) => SHA256.HashData([.. "self"u8, .. selfSeed, .. sessionId]);

    public byte[] ToBytes() => new FieldWriter().Bytes(Mask).Bytes(Channel).Bytes(Commitment).ToArray();

    public static KeysMessage FromBytes(byte[] payload)
    {
        var r = new FieldReader(payload);
        var keys = new KeysMessage(r.Bytes(KeyPair.PointLength), r.Bytes(KeyPair.PointLength), r.Bytes(32));
        r.End();
        return keys;
    }
}

/// <summary>Content of message 2, for one site. The hashes let anyone who is shown a share tell whether it is the one that was dealt.</summary>
internal sealed record ShareMessage(byte[] Ciphertext, byte[] MaskShareHash, byte[] SelfShareHash)
{
    public byte[] ToBytes() => new FieldWriter().Bytes(Ciphertext).Bytes(MaskShareHash).Bytes(SelfShareHash).ToArray();

    public static ShareMessage FromBytes(byte[] payload)
    {
        var r = new FieldReader(payload);
        var share = new ShareMessage(r.Bytes(DealtShares.Length + SealedText.Overhead), r.Bytes(32), r.Bytes(32));
        r.End();
        return share;
    }
}

/// <summary>What is inside the ciphertext of message 2: shares of the mask key and of the self seed, and a part of the group seed.</summary>
internal sealed record DealtShares(byte[] Mask, byte[] Self, byte[] Contribution)
{
    public const int SecretLength = 32;
    public static readonly int ShareLength = Shamir.ShareLength(SecretLength);
    public static readonly int Length = 2 * ShareLength + SecretLength;

    public byte[] ToBytes() => [.. Mask, .. Self, .. Contribution];

    public static DealtShares FromBytes(byte[] bytes) => new(bytes[..ShareLength], bytes[ShareLength..(2 * ShareLength)], bytes[(2 * ShareLength)..]);

    public static byte[] Hash(byte[] sessionId, byte[] share) => SHA256.HashData([.. sessionId, .. share]);
}

/// <summary>Content of message 3.</summary>
/// <param name="SharersHash">Of the sites whose shares arrived (U2).</param>
/// <param name="GroupHash">Of the group seed G.</param>
/// <param name="VectorHash">SHA-256 of the masked vector as little-endian u64.</param>
internal sealed record MaskedMessage(byte[] SharersHash, byte[] GroupHash, byte[] VectorHash)
{
    public static byte[] HashOf(byte[] sessionId, IEnumerable<uint> sharers) =>
        SHA256.HashData(new FieldWriter().Bytes(sessionId).List([.. sharers.Order()], (w, id) => w.Id(id)).ToArray());

    public byte[] ToBytes() => new FieldWriter().Bytes(SharersHash).Bytes(GroupHash).Bytes(VectorHash).ToArray();

    public static MaskedMessage FromBytes(byte[] payload)
    {
        var r = new FieldReader(payload);
        var masked = new MaskedMessage(r.Bytes(32), r.Bytes(32), r.Bytes(32));
        r.End();
        return masked;
    }
}

/// <summary>Content of message 4: the survivors that a site has signed.</summary>
internal static class ConsistencyMessage
{
    public static byte[] ToBytes(IEnumerable<uint> survivors) => new FieldWriter().List([.. survivors.Order()], (w, id) => w.Id(id)).ToArray();
}

/// <summary>One share of one site's secret: of its self seed where its input counts, else of its mask key.</summary>
internal sealed record RevealedShare(uint Of, bool IsSelf, byte[] Share);

/// <summary>Content of message 5.</summary>
internal sealed record UnmaskMessage(IReadOnlyList<RevealedShare> Shares)
{
    public byte[] ToBytes() => new FieldWriter().List(Shares, (w, s) => w.Id(s.Of).Id(s.IsSelf ? 1u : 0).Bytes(s.Share)).ToArray();

    public static UnmaskMessage FromBytes(byte[] payload)
    {
        var r = new FieldReader(payload);
        var shares = r.List((ref FieldReader s) => new RevealedShare(s.Id(), s.Id() == 1, s.Bytes(DealtShares.ShareLength)));
        r.End();
        return new(shares);
    }
}

/// <summary>Content of message 6.</summary>
internal sealed record OpenedMessage(int Survivors, byte[] SumHash, byte[] TranscriptHash)
{
    public byte[] ToBytes() => new FieldWriter().Number(Survivors).Bytes(SumHash).Bytes(TranscriptHash).ToArray();

    public static OpenedMessage FromBytes(byte[] payload)
    {
        var r = new FieldReader(payload);
        var opened = new OpenedMessage((int)r.Number(), r.Bytes(32), r.Bytes(32));
        r.End();
        return opened;
    }
}
