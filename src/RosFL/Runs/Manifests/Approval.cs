using System.Security.Cryptography;

namespace RosFL.Runs;

/// <summary>A party's signature under a manifest.</summary>
/// <param name="Party">As site/north.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo in base64; its SHA-256 must be the key in the roster.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 over the manifest's hash and the time, base64.</param>
public sealed record Approval(string Party, string PublicKey, DateTimeOffset Time, string Signature)
{
    private sealed record Statement(string Purpose, string Party, string Manifest, DateTimeOffset Time);

    private const string Purpose = "I approve this manifest of a RosFL study";

    public static Approval Of(Manifest manifest, Party party, ECDsa key, TimeProvider time)
    {
        var publicKey = RosterSignature.PublicKey(manifest, party, key);
        var now = time.GetUtcNow();
        return new(party.ToString(), publicKey, now, SignedJson.Sign(new Statement(Purpose, party.ToString(), manifest.Hash, now), key));
    }

    /// <summary>Whether a party of the roster signed this very manifest, with the key that the roster names.</summary>
    public bool IsValid(Manifest manifest) => RosterSignature.IsValid(manifest, Party, PublicKey, new Statement(Purpose, Party, manifest.Hash, Time), Signature);
}
