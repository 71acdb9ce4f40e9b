namespace RosFL.Privacy.SecureAggregation;

/// <summary>The hashes of the shares that one site dealt, side by side: what the server needs to tell a wrong share from a right one.</summary>
internal sealed class DealtHashes
{
    private const int HashLength = 32;
    private readonly byte[] hashes;

    /// <param name="shares">Message 2 by receiver.</param>
    public DealtHashes(SortedDictionary<uint, Envelope> shares)
    {
        hashes = new byte[2 * HashLength * shares.Keys.Max()];
        foreach (var (to, envelope) in shares)
        {
            var message = ShareMessage.FromBytes(envelope.Payload);
            message.MaskShareHash.CopyTo(hashes, At(to, isSelf: false));
            message.SelfShareHash.CopyTo(hashes, At(to, isSelf: true));
        }
    }

    public ReadOnlySpan<byte> Of(uint receiver, bool isSelf) => hashes.AsSpan(At(receiver, isSelf), HashLength);

    private static int At(uint receiver, bool isSelf) => (2 * ((int)receiver - 1) + (isSelf ? 1 : 0)) * HashLength;
}
