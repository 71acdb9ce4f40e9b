using System.Numerics;
using System.Security.Cryptography;

namespace RosFL.Privacy.Paillier;

/// <summary>The sites' key pair. A server never has it.</summary>
public sealed class PaillierKey
{
    /// <summary>Of n, for every key that this program makes; no other length can be chosen.</summary>
    public const int Bits = 2048;

    private readonly BigInteger lambda, mu;

    /// <summary>The key of two primes of equal length.</summary>
    public PaillierKey(BigInteger p, BigInteger q)
    {
        Public = new(p * q);
        lambda = (p - 1) * (q - 1) / BigInteger.GreatestCommonDivisor(p - 1, q - 1);
        mu = Inverse(Quotient(ModularPower.Of(Public.N + 1, lambda, Public.NSquared)), Public.N);
    }

    public PaillierPublicKey Public { get; }

    /// <summary>A new key of <see cref="Bits"/>.</summary>
    public static PaillierKey Create()
    {
        // the platform's RSA keys are made of the primes that Paillier needs
        using var rsa = RSA.Create(Bits);
        var primes = rsa.ExportParameters(includePrivateParameters: true);
        return new(new(primes.P, isUnsigned: true, isBigEndian: true), new(primes.Q, isUnsigned: true, isBigEndian: true));
    }

    public BigInteger Decrypt(BigInteger ciphertext) =>
        Quotient(ModularPower.Of(Public.Check(ciphertext), lambda, Public.NSquared)) * mu % Public.N;

    private BigInteger Quotient(BigInteger u) => (u - 1) / Public.N;

    /// <summary>By the extended Euclidean algorithm.</summary>
    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        var (r, next, s, nextS) = (modulus, value % modulus, BigInteger.Zero, BigInteger.One);
        while (!next.IsZero)
        {
            var quotient = r / next;
            (r, next) = (next, r - quotient * next);
            (s, nextS) = (nextS, s - quotient * nextS);
        }
        return s.Sign < 0 ? s + modulus : s;
    }
}
