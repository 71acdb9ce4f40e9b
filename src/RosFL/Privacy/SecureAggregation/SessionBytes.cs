namespace RosFL.Privacy.SecureAggregation;

/// <summary>What one site sends and receives in a session in which nobody drops out, beside its masked vector and the sum.</summary>
public sealed record SessionBytes(long Up, long Down)
{
    // ECDSA P-256, r and s; a certificate that this project's authority issues has some bytes more or fewer by the names in it
    internal const int Signature = 64, Certificate = 550, Hash = 32;

    /// <summary>Counted on messages of zeros, which are as long as true ones.</summary>
    public static SessionBytes Of(int sites)
    {
        uint[] ids = [.. Enumerable.Range(1, sites).Select(i => (uint)i)];
        var keys = Signed(new KeysMessage(new byte[KeyPair.PointLength], new byte[KeyPair.PointLength], new byte[Hash]).ToBytes());
        var share = Signed(new ShareMessage(new byte[DealtShares.Length + SealedText.Overhead], new byte[Hash], new byte[Hash]).ToBytes());
        var masked = Signed(new MaskedMessage(new byte[Hash], new byte[Hash], new byte[Hash]).ToBytes());
        var consistency = Signed(ConsistencyMessage.ToBytes(ids));
        var unmask = Signed(new UnmaskMessage([.. ids.Select(id => new RevealedShare(id, true, new byte[DealtShares.ShareLength]))]).ToBytes());
        var opened = Signed(new OpenedMessage(sites, new byte[Hash], new byte[Hash]).ToBytes());
        long bundles = new[] { keys, share, masked, consistency }.Sum(one => Length(Signed(Bundle.Of([.. ids.Select(_ => one)]))));
        return new(Length(keys) + sites * Length(share) + Length(masked) + Length(consistency) + Length(unmask), Length(Signed(RosterOf(ids))) + bundles + Length(opened));
    }

    private static byte[] RosterOf(uint[] ids) => new Roster
    {
        Study = "",
        ManifestHash = new byte[Hash],
        Round = 0,
        GlobalHash = new byte[Hash],
        Nonce = new byte[Hash],
        Threshold = new(ids.Length, Adversary.Malicious),
        VectorLength = 0,
        PhaseTime = default,
        ServerCertificate = new byte[Certificate],
        Sites = [.. ids.Select(id => new RosterSite(id, new byte[Certificate]))],
    }.ToBytes();

    private static Envelope Signed(byte[] payload) => new(MessageKind.Roster, 0, 0, payload, new byte[Signature]);

    private static long Length(Envelope message) => message.ToBytes().Length;
}
