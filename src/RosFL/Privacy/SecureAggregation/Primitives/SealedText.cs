using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>AES-256-GCM with a fresh nonce in front: nonce, ciphertext, tag.</summary>
internal static class SealedText
{
    private const int NonceLength = 12, TagLength = 16;
    public const int Overhead = NonceLength + TagLength;

    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> context)
    {
        var result = new byte[text.Length + Overhead];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(result.AsSpan(0, NonceLength), text, result.AsSpan(NonceLength, text.Length), result.AsSpan(NonceLength + text.Length), context);
        return result;
    }

    /// <summary>Null where key, context or ciphertext are not those that were sealed.</summary>
    public static byte[]? Open(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> context)
    {
        if (ciphertext.Length < Overhead) return null;
        var text = new byte[ciphertext.Length - Overhead];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(ciphertext[..NonceLength], ciphertext[NonceLength..^TagLength], ciphertext[^TagLength..], text, context);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
