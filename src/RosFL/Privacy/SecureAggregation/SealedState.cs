using System.Security.Cryptography;
using System.Text;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// What the aggregation server stores after a round without being able to read it: new global parts and the correction's state, encrypted
/// under a content key that is wrapped to each rostered site's storage key and signed by the site that wrote it. Sites that were late,
/// restarted or newly admitted read this.
/// </summary>
public sealed record SealedState(byte[] Ciphertext, byte[] Ephemeral, IReadOnlyList<WrappedKey> Keys, byte[] Writer, byte[] Signature)
{
    /// <param name="readers">The roster; every storage key must be signed by its site.</param>
    /// <exception cref="Runs.RosflException">A storage key is not its site's.</exception>
    public static SealedState Seal(Identity writer, byte[] state, IReadOnlyList<RosterSite> readers, string study, int round)
    {
        var (contentKey, context) = (RandomNumberGenerator.GetBytes(SessionKeys.Length), Context(study, round));
        using var ephemeral = KeyPair.Create();
        var keys = readers.Select(r => Wrap(contentKey, r, ephemeral, context)).ToList();
        var unsigned = new SealedState(SealedText.Seal(contentKey, state, context), ephemeral.Public, keys, writer.Certificate, []);
        CryptographicOperations.ZeroMemory(contentKey);
        return unsigned with { Signature = writer.Sign(unsigned.Signed(context)) };
    }

    /// <param name="approved">Certificate hashes that the reader trusts, in lower-case hexadecimal.</param>
    /// <exception cref="Runs.RosflException">The state is of another round, was changed, is not for this site, or its writer is not approved.</exception>
    public byte[] Open(Identity reader, IReadOnlySet<string> approved, string study, int round)
    {
        var context = Context(study, round);
        using var writer = new PublicIdentity(Writer);
        Refusal.Unless(approved.Contains(Convert.ToHexStringLower(SHA256.HashData(Writer))), $"The state of round {round} was written by '{writer.Name}', which this site has not approved.");
        Refusal.Unless(writer.Verifies(Signed(context), Signature), $"The state of round {round} is not the one that '{writer.Name}' signed for this study and round.");
        var mine = Keys.FirstOrDefault(k => k.Fingerprint.AsSpan().SequenceEqual(reader.Fingerprint));
        Refusal.Unless(mine is not null, $"The state of round {round} is not encrypted to this site: a site that has it must admit this one.");
        var contentKey = SealedText.Open(WrappingKey(reader.Storage.Agree(Ephemeral), Ephemeral, reader.Storage.Public, context), mine!.Wrapped, reader.Fingerprint);
        var state = contentKey is null ? null : SealedText.Open(contentKey, Ciphertext, context);
        return state ?? throw Refusal.Of($"The state of round {round} cannot be decrypted with this site's storage key: it was wrapped to another.");
    }

    public byte[] ToBytes() => Fields().Bytes(Signature).ToArray();

    /// <exception cref="Runs.RosflException">The bytes are no sealed state.</exception>
    public static SealedState FromBytes(byte[] bytes)
    {
        var r = new FieldReader(bytes);
        var state = new SealedState(r.Bytes(), r.Bytes(KeyPair.PointLength), r.List((ref FieldReader k) => new WrappedKey(k.Bytes(32), k.Bytes())), r.Bytes(), r.Bytes());
        r.End();
        return state;
    }

    private FieldWriter Fields() => new FieldWriter().Bytes(Ciphertext).Bytes(Ephemeral).List(Keys, (w, k) => w.Bytes(k.Fingerprint).Bytes(k.Wrapped)).Bytes(Writer);

    private byte[] Signed(byte[] context) => Fields().Bytes(context).ToArray();

    private static WrappedKey Wrap(byte[] contentKey, RosterSite reader, KeyPair ephemeral, byte[] context)
    {
        using var identity = new PublicIdentity(reader.Certificate);
        Refusal.Unless(Identity.IsStorageKey(identity, reader.StorageKey), $"The storage key of site '{identity.Name}' is not signed by it: nothing is encrypted to it.");
        var fingerprint = SHA256.HashData(reader.Certificate);
        var key = WrappingKey(ephemeral.Agree(reader.StorageKey.Point), ephemeral.Public, reader.StorageKey.Point, context);
        return new(fingerprint, SealedText.Seal(key, contentKey, fingerprint));
    }

    private static byte[] WrappingKey(byte[] common, byte[] ephemeral, byte[] point, byte[] context) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, common, SessionKeys.Length, SHA256.HashData([.. ephemeral, .. point]), context);

    private static byte[] Context(string study, int round) =>
        new FieldWriter().Text("sfl/secagg/v1/state").Bytes(Encoding.UTF8.GetBytes(study)).Number(round).ToArray();
}

/// <summary>A content key for one site.</summary>
/// <param name="Fingerprint">SHA-256 of the site's certificate.</param>
public sealed record WrappedKey(byte[] Fingerprint, byte[] Wrapped);
