using System.Security.Cryptography;
using RosFL.Runs;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>An ECDH key pair on P-256. Public points travel as x and y, 64 bytes.</summary>
public sealed class KeyPair : IDisposable
{
    public const int PointLength = 64;
    private readonly ECDiffieHellman key;

    private KeyPair(ECDiffieHellman key)
    {
        this.key = key;
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        Public = [.. q.X!, .. q.Y!];
    }

    public byte[] Public { get; }

    public static KeyPair Create() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The pair of a 32-byte big-endian private key.</summary>
    public static KeyPair Of(byte[] privateKey) => new(ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = privateKey }));

    /// <summary>The 32-byte private key, to be shared among the sites.</summary>
    public byte[] Private() => key.ExportParameters(includePrivateParameters: true).D!;

    /// <summary>The x coordinate of the common point with another's public key.</summary>
    /// <exception cref="RosflException">The point is not on the curve.</exception>
    public byte[] Agree(byte[] other)
    {
        using var publicKey = Import(other);
        return key.DeriveRawSecretAgreement(publicKey.PublicKey);
    }

    /// <exception cref="RosflException">The point is not on the curve.</exception>
    public static void Check(byte[] point) => Import(point).Dispose();

    public void Dispose() => key.Dispose();

    private static ECDiffieHellman Import(byte[] point)
    {
        try
        {
            if (point.Length == PointLength)
                return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = point[..32], Y = point[32..] } });
        }
        catch (CryptographicException)
        {
            // said below, as for a wrong length
        }
        throw new RosflException(ExitCode.SecureAggregation, "A public key is no point of the curve P-256: its sender must make a new pair.");
    }
}
