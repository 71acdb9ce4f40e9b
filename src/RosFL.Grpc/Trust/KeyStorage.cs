using System.Security.AccessControl;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Principal;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>Private keys on disk: readable by their owner alone, from the first byte on.</summary>
public static class KeyStorage
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new key; an existing one is never overwritten.</summary>
    public static void WriteKey(string path, ECDsa key)
    {
        if (File.Exists(path)) throw new RosflException(ExitCode.NotTrusted, $"Key file '{path}' exists and is not overwritten: name another folder, or move the old key away.");
        WriteSecret(path, key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Writes a secret text file that only its owner can read, whole or not at all.</summary>
    public static void WriteSecret(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(folder, $"{AtomicFile.Unfinished}{Guid.NewGuid():N}");
        using (var stream = Create(unfinished))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        BusyFile.Replace(unfinished, path);
    }

    /// <summary>A certificate with its key.</summary>
    /// <exception cref="RosflException">A file is missing or damaged, or others can read the key.</exception>
    public static X509Certificate2 Load(string certificatePath, string keyPath)
    {
        RefuseReadableByOthers(keyPath);
        try
        {
            return Usable(X509Certificate2.CreateFromPemFile(certificatePath, keyPath));
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new RosflException(ExitCode.NotTrusted, $"Certificate '{certificatePath}' and key '{keyPath}' cannot be used together: {error.Message.TrimEnd('.')}; enrol again, or put both files back from the same enrolment.", error);
        }
    }

    public static ECDsa LoadKey(string path)
    {
        RefuseReadableByOthers(path);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new RosflException(ExitCode.NotTrusted, $"Key file '{path}' cannot be read as an ECDSA key: {error.Message.TrimEnd('.')}; enrol again.", error);
        }
    }

    /// <summary>Windows' TLS cannot use a key that lives in memory alone; it takes one that came out of a PKCS#12.</summary>
    internal static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows()) return certificate;
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static FileStream Create(string path)
    {
        if (OperatingSystem.IsWindows()) return CreateOnWindows(path);
        return new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string path)
    {
        using var user = WindowsIdentity.GetCurrent();
        var rules = new FileSecurity();
        rules.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        rules.AddAccessRule(new FileSystemAccessRule(user.User!, FileSystemRights.FullControl, AccessControlType.Allow)); // a process always has a user
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.FullControl, FileShare.None, 4096, FileOptions.None, rules);
    }

    private static void RefuseReadableByOthers(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return;
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~OwnerOnly) != 0 && mode != UnixFileMode.UserRead)
            throw new RosflException(ExitCode.NotTrusted, $"Key file '{path}' can be read by others (mode {Convert.ToString((int)mode, 8)}): make it yours alone with 'chmod 600 {path}'.");
    }
}
