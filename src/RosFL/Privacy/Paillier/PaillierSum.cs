using System.Numerics;

namespace RosFL.Privacy.Paillier;

/// <summary>The server's side of the merge under Paillier: it multiplies ciphertexts and never sees a number.</summary>
public sealed class PaillierSum(PaillierPublicKey key)
{
    private BigInteger[] sum = [];

    /// <summary>How many vectors are in the sum.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<BigInteger> Ciphertexts => sum;

    /// <exception cref="Runs.RosflException">A number is no ciphertext.</exception>
    public void Add(IReadOnlyList<BigInteger> ciphertexts)
    {
        sum = Count++ == 0 ? [.. ciphertexts.Select(key.Check)] : [.. sum.Zip(ciphertexts, (a, b) => key.Add(a, key.Check(b)))];
    }
}
