using System.Buffers.Binary;
using System.Security.Cryptography;
using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>The blind that the server cannot take off is made of every site's contribution. The test plays site 3 by itself, to see what the others dealt.</summary>
public sealed class GroupSeedTests : IDisposable
{
    private const uint Own = 3;
    private readonly SessionRig rig = new(3, Adversary.Malicious) { IsGone = (site, _) => site == Own };
    private readonly KeyPair mask = KeyPair.Create(), channel = KeyPair.Create();
    private readonly byte[] self = RandomNumberGenerator.GetBytes(DealtShares.SecretLength), contribution = RandomNumberGenerator.GetBytes(DealtShares.SecretLength);
    private readonly Dictionary<uint, KeysMessage> keys = [];
    private readonly Dictionary<uint, byte[]> contributions = [];

    [Fact]
    public void GroupSeed_isMadeOfEverySitesContribution()
    {
        rig.Post = Answered;
        rig.Run().AssertSumOrNothing();
        Assert.Empty(rig.Refused);
        Assert.Empty(rig.ServerRefused);
        Assert.Equal([1, 2, 3], contributions.Keys.Order().Select(id => (int)id));
        Assert.Equal(contribution, contributions[Own]);
        var signed = rig.Masked.Values.Select(m => Convert.ToHexString(MaskedMessage.FromBytes(m.Header.Payload).GroupHash)).ToList();
        Assert.Equal([HashOf(contributions), HashOf(contributions)], signed);
        foreach (var (id, known) in contributions)
            Assert.NotEqual(signed[0], HashOf(new(contributions) { [id] = [.. known[..^1], (byte)(known[^1] ^ 1)] }));
    }

    public void Dispose()
    {
        rig.Dispose();
        mask.Dispose();
        channel.Dispose();
    }

    /// <summary>SHA-256 of the session and of G, the SHA-256 over id and contribution in the order of ids.</summary>
    private string HashOf(Dictionary<uint, byte[]> of)
    {
        var all = of.OrderBy(c => c.Key).SelectMany(c =>
        {
            var id = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(id, c.Key);
            return id.Concat(c.Value);
        });
        return Convert.ToHexString(SHA256.HashData([.. rig.Roster.SessionId(), .. SHA256.HashData([.. all])]));
    }

    /// <summary>Site 3's answers, as far as to the shares that it was dealt.</summary>
    private IEnumerable<Envelope> Answered(Envelope message)
    {
        if (message.From != Envelope.Server || message.To != Own) return [message];
        if (message.Kind == MessageKind.Roster) Send(MessageKind.Keys, Envelope.Server, new KeysMessage(mask.Public, channel.Public, KeysMessage.Commit(self, rig.Roster.SessionId())).ToBytes());
        if (message.Kind == MessageKind.KeyList) Deal(message);
        if (message.Kind == MessageKind.ShareBox)
            foreach (var share in Bundle.Read(message.Payload))
                contributions[share.From] = DealtShares.FromBytes(SealedText.Open(Channel(share.From, Own), ShareMessage.FromBytes(share.Payload).Ciphertext, Context(share.From, Own))!).Contribution;
        return [];
    }

    private void Deal(Envelope list)
    {
        foreach (var envelope in Bundle.Read(list.Payload)) keys[envelope.From] = KeysMessage.FromBytes(envelope.Payload);
        uint[] ids = [.. keys.Keys.Order()];
        var (maskShares, selfShares) = (Shamir.Share(mask.Private(), ids.Length, ids), Shamir.Share(self, ids.Length, ids));
        foreach (var (i, id) in ids.Index())
            Send(MessageKind.Share, id, new ShareMessage(SealedText.Seal(Channel(Own, id), new DealtShares(maskShares[i], selfShares[i], contribution).ToBytes(), Context(Own, id)),
                DealtShares.Hash(rig.Roster.SessionId(), maskShares[i]), DealtShares.Hash(rig.Roster.SessionId(), selfShares[i])).ToBytes());
    }

    private void Send(MessageKind kind, uint to, byte[] payload) => rig.Server.Receive(rig.SignAs(Own, new(kind, Own, to, payload, [])));

    private byte[] Channel(uint from, uint to) => new SessionKeys(rig.Roster.SessionId(), rig.Roster.Round).Channel(channel.Agree(keys[from == Own ? to : from].Channel), from, to);

    private byte[] Context(uint from, uint to) => [.. rig.Roster.SessionId(), .. new FieldWriter().Id(from).Id(to).ToArray()];
}
