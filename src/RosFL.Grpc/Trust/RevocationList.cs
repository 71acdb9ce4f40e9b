using System.Security.Cryptography.X509Certificates;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>A key that counts no more.</summary>
/// <param name="Party">Whose it was, as site/north.</param>
/// <param name="Key">SHA-256 of the public key.</param>
public sealed record Revocation(string Party, string Key, DateTimeOffset Time);

/// <summary>All revocations of a root. A list with a lower number than one already seen is refused, so nobody can bring an old one back.</summary>
public sealed record RevocationList(long Number, DateTimeOffset Issued, Revocation[] Revoked)
{
    public static RevocationList Empty(TimeProvider time) => new(1, time.GetUtcNow(), []);

    public RevocationList With(IEnumerable<Revocation> more, TimeProvider time) => new(Number + 1, time.GetUtcNow(), [.. Revoked, .. more]);

    /// <summary>The file's text, signed by the root's key.</summary>
    public string Signed(X509Certificate2 root)
    {
        using var key = root.GetECDsaPrivateKey() ?? throw new RosflException(ExitCode.NotTrusted, $"The root '{root.Subject}' has no private key here; only the certificate authority signs revocation lists.");
        return SignedJson.Text(this, key);
    }

    /// <summary>Reads a list and checks that one of the roots signed it.</summary>
    public static RevocationList Read(string text, string source, X509Certificate2Collection roots)
    {
        foreach (var root in roots)
        {
            using var key = root.GetECDsaPublicKey();
            if (key is not null && SignedJson.TryRead<RevocationList>(text, key, out var list)) return list;
        }

        throw new RosflException(ExitCode.NotTrusted, $"Revocation list '{source}' is not signed by our root: copy it again from the certificate authority.");
    }
}
