namespace RosFL.Privacy.SecureAggregation;

/// <summary>The shares of one site's secret: of its self seed where its input counts, else of its mask key.</summary>
internal sealed record RebuiltFrom(uint Site, bool IsSurvivor, KeysMessage Keys, IReadOnlyList<(uint Id, byte[] Share)> Shares);

/// <summary>Message 6: rebuilds secrets, holds each against what its owner announced, and takes the masks off the sum.</summary>
internal static class Unmasking
{
    /// <exception cref="Runs.RosflException">A secret is not the announced one: its owner, who dealt the shares, is named.</exception>
    public static void Run(ulong[] sum, Roster roster, byte[] sessionId, Participants sites, IEnumerable<RebuiltFrom> dealt)
    {
        var derived = new SessionKeys(sessionId, roster.Round);
        var all = dealt.ToList();
        // first all checks, then the sum: a wrong secret leaves it masked
        var secrets = all.ConvertAll(d => Rebuild(d, roster.Threshold.Quorum, sessionId, sites));
        foreach (var (from, secret) in all.Zip(secrets))
        {
            if (from.IsSurvivor)
            {
                Masking.RemoveSelf(sum, from.Site, derived, secret);
                continue;
            }
            using var maskKey = KeyPair.Of(secret);
            Masking.RemovePairs(sum, from.Site, derived, maskKey, all.Where(d => d.IsSurvivor).Select(d => KeyValuePair.Create(d.Site, d.Keys.Mask)));
        }
    }

    private static byte[] Rebuild(RebuiltFrom from, int threshold, byte[] sessionId, Participants sites)
    {
        var secret = Shamir.Combine([.. from.Shares.Take(threshold)], DealtShares.SecretLength);
        var fits = secret is not null && (from.IsSurvivor
            ? KeysMessage.Commit(secret, sessionId).AsSpan().SequenceEqual(from.Keys.Commitment)
            : IsPrivateKeyOf(secret, from.Keys.Mask));
        Refusal.Unless(fits, $"The shares that {sites.Name(from.Site)} dealt give another {(from.IsSurvivor ? "self seed" : "mask key")} than it announced: the round fails; leave the site out.");
        return secret!;
    }

    private static bool IsPrivateKeyOf(byte[] secret, byte[] point)
    {
        try
        {
            using var pair = KeyPair.Of(secret);
            return pair.Public.AsSpan().SequenceEqual(point);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }
}
