using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>Published vectors of everything that the masks are made of.</summary>
public sealed class PrimitivesTests
{
    /// <summary>RFC 5903, 8.1.</summary>
    [Fact]
    public void KeyAgreement_onP256_meetsRfc5903()
    {
        using var one = KeyPair.Of(Convert.FromHexString("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433"));
        using var other = KeyPair.Of(Convert.FromHexString("C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53"));
        Assert.Equal("DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C37725811805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3", Convert.ToHexString(one.Public));
        Assert.Equal("D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB", Convert.ToHexString(other.Public));
        Assert.Equal("D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE", Convert.ToHexString(one.Agree(other.Public)));
        Assert.Equal(one.Agree(other.Public), other.Agree(one.Public));
    }

    /// <summary>RFC 5869, appendix A.1.</summary>
    [Fact]
    public void KeyDerivation_meetsRfc5869() => Assert.Equal("3CB25F25FAACD57A90434F64D0362F2A2D2D0A90CF1A5A4C5DB02D56ECC4C5BF34007208D5B887185865",
        Convert.ToHexString(HKDF.DeriveKey(HashAlgorithmName.SHA256, Enumerable.Repeat((byte)0x0b, 22).ToArray(), 42,
            Convert.FromHexString("000102030405060708090a0b0c"), Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9"))));

    /// <summary>NIST SP 800-38A, F.5.5; the last vector lacks half a block.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    public void MaskStream_meetsSp80038A(int numbers)
    {
        var text = Convert.FromHexString("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        var ciphertext = Convert.FromHexString("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
        var mask = new ulong[numbers];
        MaskStream.Apply(Convert.FromHexString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
            UInt128.Parse("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", System.Globalization.NumberStyles.HexNumber, null), mask, add: true);
        Assert.Equal(text.Zip(ciphertext, (a, b) => (byte)(a ^ b)).Take(8 * numbers), MemoryMarshal.AsBytes(mask.AsSpan()).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(10_000)]
    public void MaskStream_addedAndTakenAway_leavesTheVector(int numbers)
    {
        var (key, vector) = (SHA256.HashData("key"u8), Enumerable.Range(0, numbers).Select(i => (ulong)i).ToArray());
        MaskStream.Add(key, vector);
        Assert.NotEqual(0UL, vector[0]);
        Assert.Equal(numbers, vector.Distinct().Count());
        MaskStream.Subtract(key, vector);
        Assert.Equal(Enumerable.Range(0, numbers).Select(i => (ulong)i), vector);
    }

    [Fact]
    public void Shamir_anyThreePublishedShares_giveTheSecret()
    {
        byte[][] shares = [[112, 207, 118, 46, 110, 212, 170, 28], [48, 160, 197, 172, 38, 235, 145, 204], [63, 115, 238, 144, 40, 68, 183, 71], [29, 72, 240, 207, 114, 224, 26, 141], [74, 31, 204, 116, 6, 189, 187, 136]];
        foreach (var ids in from a in Enumerable.Range(0, 5) from b in Enumerable.Range(a + 1, 4 - a) from c in Enumerable.Range(b + 1, 4 - b) select new[] { a, b, c })
            Assert.Equal([0, 0, 0, 0x21], Shamir.Combine([.. ids.Select(i => ((uint)i + 1, shares[i]))], 4));
    }

    [Fact]
    public void Shamir_anySecretAndThreshold_comesBackFromAnyShares() => Gen.Select(Gen.Byte.Array[1, 40], Gen.Int[2, 12], Gen.Int[0, 8], Gen.Int[0, 1000]).Check(200, drawn =>
    {
        var (secret, threshold, more, order) = drawn;
        uint[] ids = [.. Enumerable.Range(1, threshold + more).Select(i => (uint)i)];
        var shares = Shamir.Share(secret, threshold, ids);
        var chosen = ids.OrderBy(i => (i * 2654435761 + (uint)order) % 97).Take(threshold).Select(i => (i, shares[i - 1])).ToList();
        Assert.All(shares, s => Assert.Equal(Shamir.ShareLength(secret.Length), s.Length));
        Assert.Equal(secret, Shamir.Combine(chosen, secret.Length));
    });

    [Fact]
    public void Shamir_oneShareTooFew_givesSomethingElse()
    {
        var shares = Shamir.Share(SHA256.HashData("secret"u8), 3, [1, 2, 3]);
        Assert.NotEqual(SHA256.HashData("secret"u8), Shamir.Combine([(1, shares[0]), (2, shares[1])], 32));
    }

    [Theory]
    [InlineData("off the curve")]
    [InlineData("too short")]
    [InlineData("zero")]
    public void PublicKey_thatIsNoPoint_isRefused(string kind)
    {
        using var pair = KeyPair.Create();
        byte[] point = kind switch { "zero" => new byte[64], "too short" => pair.Public[..63], _ => [.. pair.Public[..63], (byte)(pair.Public[63] ^ 1)] };
        Assert.Equal(ExitCode.SecureAggregation, Assert.Throws<RosflException>(() => KeyPair.Check(point)).Code);
    }

    [Theory]
    [InlineData(3, Adversary.Malicious, 0, 3, 3)]
    [InlineData(4, Adversary.Malicious, 0, 3, 3)]
    [InlineData(10, Adversary.Malicious, 0, 7, 7)]
    [InlineData(200, Adversary.Malicious, 0, 134, 134)]
    [InlineData(3, Adversary.Curious, 0, 2, 3)]
    [InlineData(10, Adversary.Curious, 0, 6, 6)]
    [InlineData(10, Adversary.Curious, 9, 6, 9)]
    public void Threshold_ofAStudy_isItsFormula(int sites, Adversary adversary, int policy, int value, int quorum)
    {
        var threshold = new Threshold(sites, adversary, policy).Check();
        Assert.Equal((value, quorum), (threshold.Value, threshold.Quorum));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(257, 0)]
    [InlineData(5, 6)]
    public void Threshold_thatNoStudyCanMeet_isRefused(int sites, int policy) =>
        Assert.Throws<RosflException>(() => new Threshold(sites, Adversary.Curious, policy).Check());

    [Fact]
    public void Threshold_sentence_saysHowManyMayDrop()
    {
        Assert.Equal("3 sites, malicious-server threshold: none may drop out.", new Threshold(3, Adversary.Malicious).Sentence);
        Assert.Equal("10 sites, curious-server threshold: 4 may drop out.", new Threshold(10, Adversary.Curious).Sentence);
    }
}
