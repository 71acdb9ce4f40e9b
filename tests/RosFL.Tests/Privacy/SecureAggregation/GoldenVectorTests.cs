using System.Security.Cryptography;
using System.Text;
using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>Three sites in round 7 with fixed keys: every number on the way from inputs to the mean.</summary>
public sealed class GoldenVectorTests : IDisposable
{
    private static readonly float[][] Inputs = [[0.5f, -1.25f, 0], [-0.75f, 2, 0.001f], [1, 1, -1]];
    private static readonly long[] SiteWeights = [10, 30, 60];
    private readonly SessionKeys keys = new(Sha("sfl golden session"), 7);
    private readonly byte[] groupSeed = Sha("sfl golden group");
    private readonly KeyPair[] pairs =
    [
        KeyPair.Of(Convert.FromHexString("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433")),
        KeyPair.Of(Convert.FromHexString("C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53")),
        KeyPair.Of(Sha("sfl golden key 3")),
    ];

    [Fact]
    public void Keys_ofTheGoldenSession_areDerived()
    {
        Assert.Equal("82141669a4b9be4003a0e78f9ec489216b0049a8397a0f629f54dd91b2782b57", Hex(keys.Pair(pairs[0].Agree(pairs[1].Public), 1, 2)));
        Assert.Equal("13e578bdc1af90136cf8b7f1b1570e654b4bb700853983105c5805b6d557880b", Hex(keys.Self(SelfSeed(1), 1)));
        Assert.Equal("7d5f7d5ffe9550496f8741c9f0b38dabe941a708e649e6610befb4e510e1628e", Hex(keys.Blind(groupSeed)));
    }

    [Theory]
    [InlineData(1, "a5caede41d45c8e6 1ce4e83f91c3a916 c3d49628a933a0a1 223ed9d531252722")]
    [InlineData(2, "c3c135911a619889 3ca7383a4294289a bf8915daefc67366 f50f8a324269d3d2")]
    [InlineData(3, "54f1bed59baf2d96 86a126feb8162c2a 50a3378d5033ec00 689401f0bae5a390")]
    public void MaskedInput_ofAGoldenSite_isThatVector(int site, string expected) => Assert.Equal(expected, Text(Masked(site)));

    [Fact]
    public void Sum_ofTheGoldenSites_opensToTheMean()
    {
        var sum = Sum(1, 2, 3);
        foreach (var site in new[] { 1, 2, 3 }) Masking.RemoveSelf(sum, (uint)site, keys, SelfSeed(site));
        Assert.Equal("6b20beaca712f634 d4ddeedbd12dc392 3d2df63226a6f5fe c7fe3beb59bdcf16", Text(sum));
        Masking.RemoveBlind(sum, 3, keys, groupSeed);
        Assert.Equal([713031680, 1803550720, -1006129650, 100], sum.Select(x => (long)x));
        Assert.Equal([0.425, 1.075, -0.599700003862381], sum[..3].Select(x => FixedPoint.Mean((long)x, 100)).Select(x => Math.Round(x, 15)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sum_withoutADroppedSite_isThatOfTheOthers(int dropped)
    {
        int[] survivors = [.. new[] { 1, 2, 3 }.Where(i => i != dropped)];
        var sum = Sum(survivors);
        foreach (var site in survivors) Masking.RemoveSelf(sum, (uint)site, keys, SelfSeed(site));
        Masking.RemovePairs(sum, (uint)dropped, keys, pairs[dropped - 1], survivors.Select(s => KeyValuePair.Create((uint)s, pairs[s - 1].Public)));
        Masking.RemoveBlind(sum, 2, keys, groupSeed);
        Assert.Equal(survivors.Select(Plain).Aggregate((a, b) => [.. a.Zip(b, (x, y) => unchecked(x + y))]), sum);
    }

    public void Dispose()
    {
        foreach (var pair in pairs) pair.Dispose();
    }

    private ulong[] Sum(params int[] sites) => sites.Select(Masked).Aggregate((a, b) => [.. a.Zip(b, (x, y) => unchecked(x + y))]);

    private ulong[] Masked(int site)
    {
        var vector = Plain(site);
        Masking.Mask(vector, (uint)site, keys, pairs[site - 1], pairs.Index().ToDictionary(p => (uint)p.Index + 1, p => p.Item.Public), SelfSeed(site), groupSeed);
        return vector;
    }

    private static ulong[] Plain(int site)
    {
        long clipped = 0;
        return [.. Inputs[site - 1].Select(x => (ulong)(SiteWeights[site - 1] * FixedPoint.Encode(x, FixedPoint.Bound, "w", ref clipped))), (ulong)SiteWeights[site - 1]];
    }

    private static byte[] SelfSeed(int site) => Sha($"sfl golden self {site}");

    private static byte[] Sha(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Text(ulong[] vector) => string.Join(' ', vector.Select(x => x.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)));
}
