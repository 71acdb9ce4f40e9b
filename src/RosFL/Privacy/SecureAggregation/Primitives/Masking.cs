namespace RosFL.Privacy.SecureAggregation;

/// <summary>Masks on a site's vector, and off the sum (Bonawitz et al. 2017, with a blind that all sites share).</summary>
public static class Masking
{
    /// <summary>
    /// Adds to a site's vector the mask of every pair (added by the lower id, taken away by the higher), its own mask and the group's blind.
    /// </summary>
    /// <param name="peers">Public mask keys of the sites that take part; the site's own is passed over.</param>
    public static void Mask(
        Span<ulong> vector, uint site, SessionKeys keys, KeyPair maskKey, IReadOnlyDictionary<uint, byte[]> peers, byte[] selfSeed, byte[] groupSeed)
    {
        foreach (var (peer, point) in peers)
        {
            if (peer == site) continue;
            var pair = keys.Pair(maskKey.Agree(point), site, peer);
            if (site < peer) MaskStream.Add(pair, vector);
            else MaskStream.Subtract(pair, vector);
        }
        MaskStream.Add(keys.Self(selfSeed, site), vector);
        MaskStream.Add(keys.Blind(groupSeed), vector);
    }

    /// <summary>Takes a surviving site's own mask off the sum.</summary>
    public static void RemoveSelf(Span<ulong> sum, uint site, SessionKeys keys, byte[] selfSeed) => MaskStream.Subtract(keys.Self(selfSeed, site), sum);

    /// <summary>Takes off the sum what the survivors' masks towards a site that dropped out have left in it.</summary>
    /// <param name="maskKey">The dropped site's, rebuilt.</param>
    public static void RemovePairs(Span<ulong> sum, uint dropped, SessionKeys keys, KeyPair maskKey, IEnumerable<KeyValuePair<uint, byte[]>> survivors)
    {
        foreach (var (survivor, point) in survivors)
        {
            var pair = keys.Pair(maskKey.Agree(point), survivor, dropped);
            if (survivor < dropped) MaskStream.Subtract(pair, sum);
            else MaskStream.Add(pair, sum);
        }
    }

    /// <summary>Takes the group's blind off the published sum: only a site can.</summary>
    public static void RemoveBlind(Span<ulong> sum, int survivors, SessionKeys keys, byte[] groupSeed)
    {
        var blind = new ulong[sum.Length];
        MaskStream.Add(keys.Blind(groupSeed), blind);
        for (var i = 0; i < sum.Length; i++) sum[i] = unchecked(sum[i] - (ulong)survivors * blind[i]);
    }
}
