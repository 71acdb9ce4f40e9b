using System.Security.Cryptography;

namespace RosFL.Runs;

/// <summary>SHA-256 of files.</summary>
internal static class FileHash
{
    /// <summary>In lower-case hexadecimal.</summary>
    public static string Of(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
