using System.Numerics;
using System.Security.Cryptography;
using RosFL.Runs;

namespace RosFL.Privacy.Paillier;

/// <summary>
/// Additively homomorphic encryption (Paillier 1999) with g = n+1, as DC-SFL proposes for the merge: whoever has this key can encrypt and
/// add, the sites alone can decrypt. Here for comparison: a server together with any one site sees every site's weights, which secure
/// aggregation does not allow.
/// </summary>
public sealed class PaillierPublicKey(BigInteger n)
{
    public BigInteger N => n;

    public BigInteger NSquared { get; } = n * n;

    public int Bits { get; } = (int)n.GetBitLength();

    public BigInteger Encrypt(BigInteger message) => Encrypt(message, RandomUnit());

    /// <param name="randomness">Coprime to n, fresh for every message.</param>
    public BigInteger Encrypt(BigInteger message, BigInteger randomness)
    {
        if (message.Sign < 0 || message >= n) throw new ArgumentOutOfRangeException(nameof(message), "A Paillier message is 0 or more and below n.");
        return (BigInteger.One + message * n) % NSquared * ModularPower.Of(randomness, n, NSquared) % NSquared;
    }

    /// <summary>A ciphertext of the sum of two messages.</summary>
    public BigInteger Add(BigInteger one, BigInteger other) => one * other % NSquared;

    /// <exception cref="RosflException">The number is no ciphertext under this key.</exception>
    public BigInteger Check(BigInteger ciphertext) =>
        ciphertext.Sign > 0 && ciphertext < NSquared && BigInteger.GreatestCommonDivisor(ciphertext, n).IsOne ? ciphertext
            : throw new RosflException(ExitCode.SecureAggregation, "A Paillier ciphertext is not between 0 and n squared or not coprime to n: its sender must encrypt again.");

    private BigInteger RandomUnit()
    {
        while (true)
        {
            var candidate = new BigInteger(RandomNumberGenerator.GetBytes((Bits + 7) / 8), isUnsigned: true);
            if (candidate.Sign > 0 && candidate < n && BigInteger.GreatestCommonDivisor(candidate, n).IsOne) return candidate;
        }
    }
}
