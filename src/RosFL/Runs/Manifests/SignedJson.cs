using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace RosFL.Runs;

/// <summary>A record with the ECDSA signature (SHA-256, IEEE P1363) of its canonical form: <c>{ "content": ..., "signature": "base64" }</c>.</summary>
public static class SignedJson
{
    private sealed record Envelope<T>(T Content, string Signature);

    public static string Text<T>(T content, ECDsa key) => JsonSerializer.Serialize(new Envelope<T>(content, Sign(content, key)), StrictJson.Options) + "\n";

    /// <summary>False when the text is no such record or the key did not sign it.</summary>
    public static bool TryRead<T>(string text, ECDsa key, [NotNullWhen(true)] out T? content) where T : class
    {
        content = null;
        if (StrictJson.HasHalfACharacter(text)) return false;
        try
        {
            if (JsonSerializer.Deserialize<Envelope<T>>(text, StrictJson.Options) is not { Content: { } read } envelope || !IsSigned(read, envelope.Signature, key)) return false;
            content = read;
            return true;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return false;
        }
    }

    public static string Sign<T>(T content, ECDsa key) => Convert.ToBase64String(key.SignData(CanonicalJson.Bytes(content), HashAlgorithmName.SHA256));

    public static bool IsSigned<T>(T content, string signature, ECDsa key)
    {
        var bytes = new byte[128];
        return Convert.TryFromBase64String(signature, bytes, out var length) && key.VerifyData(CanonicalJson.Bytes(content), bytes.AsSpan(0, length), HashAlgorithmName.SHA256);
    }
}
