using System.Security.Cryptography;
using System.Text;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// What the aggregation server stores after a round without being able to read it: new global parts and the correction's state, encrypted
/// under a content key that is wrapped to each site's storage key, as the manifest had it then, and signed by the site that wrote it. Sites that were late
/// or restarted read this; one whose keys are newer than the state cannot.
/// </summary>
public sealed record SealedState(byte[] Ciphertext, byte[] Ephemeral, IReadOnlyList<WrappedKey> Keys, byte[] Writer, byte[] Signature)
{
    /// <param name="readers">Every site of the manifest, also those that missed the round.</param>
    public static SealedState Seal(Identity writer, byte[] state, IReadOnlyList<StateReader> readers, string study, int round)
    {
        var (contentKey, context) = (RandomNumberGenerator.GetBytes(SessionKeys.Length), Context(study, round));
        using var ephemeral = KeyPair.Create();
        var keys = readers.Select(r => Wrap(contentKey, r, ephemeral, context)).ToList();
        var unsigned = new SealedState(SealedText.Seal(contentKey, state, context), ephemeral.Public, keys, writer.Certificate, []);
        CryptographicOperations.ZeroMemory(contentKey);
        return unsigned with { Signature = writer.Sign(unsigned.Signed(context)) };
    }

    /// <param name="approved">SHA-256 of the public keys that the reader trusts, in lower-case hexadecimal.</param>
    /// <exception cref="Runs.RosflException">The state is of another round, was changed, is not for this site, or its writer is not approved.</exception>
    public byte[] Open(Identity reader, IReadOnlySet<string> approved, string study, int round)
    {
        var context = Context(study, round);
        using var writer = new PublicIdentity(Writer);
        Refusal.Unless(approved.Contains(writer.KeyHash), $"The state of round {round} was written by '{writer.Name}', which this site has not approved.");
        Refusal.Unless(writer.Verifies(Signed(context), Signature), $"The state of round {round} is not the one that '{writer.Name}' signed for this study and round.");
        var mine = Keys.FirstOrDefault(k => k.Owner == reader.KeyHash);
        Refusal.Unless(mine is not null, $"The state of round {round} is not encrypted to this site, whose keys are newer: give this site the state of another one, as docs/secure-aggregation.md says under 'New keys'.");
        var contentKey = SealedText.Open(WrappingKey(reader.Storage.Agree(Ephemeral), Ephemeral, reader.Storage.Public, context), mine!.Wrapped, OwnerBytes(reader.KeyHash));
        var state = contentKey is null ? null : SealedText.Open(contentKey, Ciphertext, context);
        return state ?? throw Refusal.Of($"The state of round {round} cannot be decrypted with this site's storage key: it was wrapped to another; give this site the state of another one, as docs/secure-aggregation.md says under 'New keys'.");
    }

    /// <summary>Bytes of a sealed state of so many bytes that so many sites can read.</summary>
    public static long LengthOf(long state, int readers) => state + new SealedState(new byte[SealedText.Overhead], new byte[KeyPair.PointLength],
        [.. Enumerable.Repeat(new WrappedKey(new('0', 2 * SessionBytes.Hash), new byte[SessionKeys.Length + SealedText.Overhead]), readers)],
        new byte[SessionBytes.Certificate], new byte[SessionBytes.Signature]).ToBytes().Length;

    public byte[] ToBytes() => Fields().Bytes(Signature).ToArray();

    /// <exception cref="Runs.RosflException">The bytes are no sealed state.</exception>
    public static SealedState FromBytes(byte[] bytes)
    {
        var r = new FieldReader(bytes);
        var state = new SealedState(r.Bytes(), r.Bytes(KeyPair.PointLength), r.List((ref FieldReader k) => new WrappedKey(k.Text(), k.Bytes())), r.Bytes(), r.Bytes());
        r.End();
        return state;
    }

    private FieldWriter Fields() => new FieldWriter().Bytes(Ciphertext).Bytes(Ephemeral).List(Keys, (w, k) => w.Text(k.Owner).Bytes(k.Wrapped)).Bytes(Writer);

    private byte[] Signed(byte[] context) => Fields().Bytes(context).ToArray();

    private static WrappedKey Wrap(byte[] contentKey, StateReader reader, KeyPair ephemeral, byte[] context)
    {
        KeyPair.Check(reader.Point);
        var key = WrappingKey(ephemeral.Agree(reader.Point), ephemeral.Public, reader.Point, context);
        return new(reader.KeyHash, SealedText.Seal(key, contentKey, OwnerBytes(reader.KeyHash)));
    }

    private static byte[] OwnerBytes(string keyHash) => Encoding.UTF8.GetBytes(keyHash);

    private static byte[] WrappingKey(byte[] common, byte[] ephemeral, byte[] point, byte[] context) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, common, SessionKeys.Length, SHA256.HashData([.. ephemeral, .. point]), context);

    private static byte[] Context(string study, int round) =>
        new FieldWriter().Text("sfl/secagg/v1/state").Bytes(Encoding.UTF8.GetBytes(study)).Number(round).ToArray();
}

/// <summary>A content key for one site.</summary>
/// <param name="Owner">SHA-256 of the site's public key, in lower-case hexadecimal.</param>
public sealed record WrappedKey(string Owner, byte[] Wrapped);

/// <summary>A site that may read states.</summary>
/// <param name="KeyHash">SHA-256 of its public key, in lower-case hexadecimal.</param>
/// <param name="Point">Its storage key: the long-term ECDH P-256 point that the manifest names.</param>
public sealed record StateReader(string KeyHash, byte[] Point);
