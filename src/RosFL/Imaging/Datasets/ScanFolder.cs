using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using RosFL.Imaging.Formats;
using RosFL.Runs;
using TorchSharp;

namespace RosFL.Imaging.Datasets;

/// <summary>
/// Simulated scans on disk for later runs, which would otherwise spend as long on them as on training. A scan is named by a hash of all that
/// decides its bits: the true image, scanner, options, seed, threads, and the build of this library.
/// </summary>
internal sealed class ScanFolder(CtOptions options)
{
    public Picture Get(Picture hu, long seed, Func<Picture> scan)
    {
        if (options.ScanFolder.Length == 0)
            return scan();
        var path = Path.Combine(options.ScanFolder, Name(hu, seed) + ".npy");
        if (File.Exists(path))
            return hu with { Values = NpyFile.Read(path).Values };
        var scanned = scan();
        Directory.CreateDirectory(options.ScanFolder);
        NpyFile.Write(path, scanned);
        return scanned;
    }

    private string Name(Picture hu, long seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var build = typeof(ScanFolder).Module.ModuleVersionId;
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { Options = options with { ScanFolder = "" }, hu.Shape, seed, Threads = torch.get_num_threads(), build }, RunJson.Options));
        hash.AppendData(MemoryMarshal.AsBytes(hu.Values.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
