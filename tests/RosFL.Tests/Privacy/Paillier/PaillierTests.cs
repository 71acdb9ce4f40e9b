using System.Numerics;
using System.Security.Cryptography;
using RosFL.Privacy.Paillier;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.Paillier;

/// <summary>The homomorphic merge: published vectors, packing, refusals.</summary>
public sealed class PaillierTests
{
    private static readonly Lazy<PaillierKey> Key = new(() => PaillierKey.Create());

    [Fact]
    public void Encrypt_publishedNumbers_givesPublishedCiphertexts()
    {
        var key = new PaillierKey(293, 433);
        Assert.Equal(126869, key.Public.N);
        Assert.Equal(935906717, key.Public.Encrypt(10100, 74384));
        Assert.Equal(126870, key.Public.Encrypt(1, 1));
        Assert.Equal(10100, key.Decrypt(935906717));
        Assert.Equal(1, key.Decrypt(126870));
    }

    [Fact]
    public void Encrypt_twice_givesTwoCiphertextsOfOneMessage()
    {
        var (one, other) = (Key.Value.Public.Encrypt(42), Key.Value.Public.Encrypt(42));
        Assert.NotEqual(one, other);
        Assert.Equal((42, 42), (Key.Value.Decrypt(one), Key.Value.Decrypt(other)));
        Assert.Equal(2048, Key.Value.Public.Bits);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(1, 256)]
    [InlineData(2, 256)]
    public void Sum_ofPackedVectors_isTheSumInTheRing(int slots, int sites)
    {
        var (numbers, packing) = (130, new SlotPacking(2048, slots));
        var limit = slots == 1 ? 1L << 31 : long.MaxValue / 256;
        var vectors = Enumerable.Range(0, sites).Select(s => Enumerable.Range(0, numbers).Select(k => (ulong)Number(s, k, limit)).ToArray()).ToList();
        var sums = vectors.Select(v => packing.Pack(v)).Aggregate((a, b) => [.. a.Zip(b, BigInteger.Add)]);
        Assert.All(sums, s => Assert.True(s.GetBitLength() < 2048));
        Assert.Equal(Enumerable.Range(0, numbers).Select(k => vectors.Aggregate(0UL, (sum, v) => unchecked(sum + v[k]))), packing.Unpack(sums, sites, numbers));
    }

    [Fact]
    public void Sum_ofEncryptedVectors_decryptsToTheSum()
    {
        var (packing, sum) = (new SlotPacking(2048, 2), new PaillierSum(Key.Value.Public));
        ulong[][] vectors = [[5, unchecked((ulong)-7L), 1UL << 50], [6, unchecked((ulong)-(1L << 51)), 3], [1, 2, 4]];
        foreach (var vector in vectors) sum.Add([.. packing.Pack(vector).Select(m => Key.Value.Public.Encrypt(m))]);
        Assert.Equal([12, unchecked((ulong)(-5L - (1L << 51))), (1UL << 50) + 7], packing.Unpack([.. sum.Ciphertexts.Select(Key.Value.Decrypt)], 3, 3));
    }

    [Fact]
    public void Pack_aNumberBeyondItsSlot_isRefused() =>
        Assert.Contains("pack it in two", Assert.Throws<RosflException>(() => new SlotPacking(2048, 1).Pack([1UL << 31])).Message, StringComparison.Ordinal);

    [Fact]
    public void Ciphertext_outsideItsRangeOrSharingAFactor_isRefused()
    {
        var key = new PaillierKey(293, 433);
        foreach (var wrong in new BigInteger[] { 0, -1, key.Public.NSquared, 293 * 5, 433 })
            Assert.Equal(ExitCode.SecureAggregation, Assert.Throws<RosflException>(() => new PaillierSum(key.Public).Add([wrong])).Code);
    }

    /// <summary>Where GNU MP is installed it is compared with BigInteger; elsewhere both are BigInteger.</summary>
    [Fact]
    public void ModularPower_byEitherEngine_isTheSame()
    {
        for (var i = 0; i < 20; i++)
        {
            var modulus = new BigInteger(SHA256.HashData([(byte)i]), isUnsigned: true) | 1;
            var (value, exponent) = (new BigInteger(SHA256.HashData([1, (byte)i]), isUnsigned: true) % modulus, new BigInteger(SHA256.HashData([2, (byte)i]), isUnsigned: true));
            Assert.Equal(ModularPower.Managed(value, exponent, modulus), ModularPower.Of(value, exponent, modulus));
        }
        Assert.Equal(1, ModularPower.Of(5, 0, 7));
        Assert.Contains(ModularPower.Engine, new[] { "GNU MP", "BigInteger" });
    }

    private static long Number(int site, int k, long limit)
    {
        var random = BitConverter.ToInt64(SHA256.HashData([(byte)site, (byte)(site >> 8), (byte)k]));
        return k switch { 0 => -limit, 1 => limit - 1, _ => random % limit };
    }
}
