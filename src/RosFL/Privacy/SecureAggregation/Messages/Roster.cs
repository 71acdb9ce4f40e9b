using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>A site of the roster.</summary>
/// <param name="Id">Its place, from 1, among the roster's certificate hashes in ascending order.</param>
/// <param name="Certificate">X.509, DER.</param>
public sealed record RosterSite(uint Id, byte[] Certificate);

/// <summary>Message 0: what the session is about. Everything that sites must see alike goes into the session's id.</summary>
public sealed record Roster
{
    public required string Study { get; init; }

    /// <summary>SHA-256 of the manifest that every site has signed.</summary>
    public required byte[] ManifestHash { get; init; }

    public required int Round { get; init; }

    /// <summary>SHA-256 of the global parts with which the round began.</summary>
    public required byte[] GlobalHash { get; init; }

    /// <summary>32 bytes of the server's, so that no two sessions are one.</summary>
    public required byte[] Nonce { get; init; }

    public required Threshold Threshold { get; init; }

    /// <summary>Numbers in a masked vector, the weight included.</summary>
    public required int VectorLength { get; init; }

    /// <summary>The aggregation server's, X.509, DER; the manifest names its key.</summary>
    public required byte[] ServerCertificate { get; init; }

    /// <summary>How long a phase may take.</summary>
    public required TimeSpan PhaseTime { get; init; }

    public required IReadOnlyList<RosterSite> Sites { get; init; }

    /// <summary>SHA-256 of study, manifest, round, the roster's certificate hashes in ascending order, global parts and nonce.</summary>
    public byte[] SessionId() => SHA256.HashData(new FieldWriter().Text(Study).Bytes(ManifestHash).Number(Round)
        .List([.. Sites.Select(s => SHA256.HashData(s.Certificate)).Order(ByteOrder.Instance)], (w, hash) => w.Bytes(hash))
        .Bytes(GlobalHash).Bytes(Nonce).ToArray());

    /// <summary>Numbers the sites in the order of their certificate hashes.</summary>
    public static IReadOnlyList<RosterSite> Numbered(IEnumerable<byte[]> certificates) =>
        [.. certificates.OrderBy(SHA256.HashData, ByteOrder.Instance).Select((certificate, i) => new RosterSite((uint)i + 1, certificate))];

    /// <summary>The number of the site with a certificate.</summary>
    public uint IdOf(byte[] certificate) => Sites.Single(s => s.Certificate.AsSpan().SequenceEqual(certificate)).Id;

    internal byte[] ToBytes() => new FieldWriter().Text(Study).Bytes(ManifestHash).Number(Round).Bytes(GlobalHash).Bytes(Nonce)
        .Number(Threshold.Sites).Number((long)Threshold.Adversary).Number(Threshold.Policy).Number(VectorLength).Number(PhaseTime.Ticks).Bytes(ServerCertificate)
        .List(Sites, (w, s) => w.Id(s.Id).Bytes(s.Certificate)).ToArray();

    internal static Roster FromBytes(byte[] payload)
    {
        var r = new FieldReader(payload);
        var roster = new Roster
        {
            Study = r.Text(),
            ManifestHash = r.Bytes(),
            Round = (int)r.Number(),
            GlobalHash = r.Bytes(),
            Nonce = r.Bytes(32),
            Threshold = new Threshold((int)r.Number(), (Adversary)r.Number(), (int)r.Number()),
            VectorLength = (int)r.Number(),
            PhaseTime = new TimeSpan(r.Number()),
            ServerCertificate = r.Bytes(),
            Sites = r.List((ref FieldReader s) => new RosterSite(s.Id(), s.Bytes())),
        };
        r.End();
        return roster;
    }
}

/// <summary>Byte strings as big-endian numbers of one length.</summary>
internal sealed class ByteOrder : IComparer<byte[]>
{
    public static readonly ByteOrder Instance = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
