using System.Security.Cryptography;

namespace RosFL.Runs;

/// <summary>Signatures of a roster's parties: each comes with its public key, whose hash must be the one in the roster.</summary>
internal static class RosterSignature
{
    /// <summary>A party's public key (SubjectPublicKeyInfo, base64).</summary>
    /// <exception cref="RosflException">The roster does not have the party, or with another key.</exception>
    public static string PublicKey(Manifest manifest, Party party, ECDsa key)
    {
        var bytes = key.ExportSubjectPublicKeyInfo();
        manifest.Admit(party, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Whether the party signed the statement with the key that the roster names.</summary>
    public static bool IsValid<T>(Manifest manifest, string party, string publicKey, T statement, string signature)
    {
        var bytes = new byte[512];
        if (!Convert.TryFromBase64String(publicKey, bytes, out var length)) return false;
        var keyHash = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length)));
        if (!Array.Exists(manifest.Terms.Roster, entry => entry.Party == party && entry.Key == keyHash)) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(bytes.AsSpan(0, length), out _);
            return SignedJson.IsSigned(statement, signature, key);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
