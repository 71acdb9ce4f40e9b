using System.Security.Cryptography;

namespace RosFL.Runs;

/// <summary>SHA-256 of files.</summary>
public static class FileHash
{
    /// <summary>In lower-case hexadecimal.</summary>
    public static string Of(string path)
    {
        using var stream = File.OpenRead(path);
        return Of(stream);
    }

    /// <summary>Of what follows in a stream, in lower-case hexadecimal.</summary>
    public static string Of(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));
}
