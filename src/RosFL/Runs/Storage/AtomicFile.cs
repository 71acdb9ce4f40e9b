using System.Runtime.InteropServices;
using System.Text;

namespace RosFL.Runs;

/// <summary>Files that are there whole or not at all: written beside their place, forced to disk, renamed.</summary>
public static partial class AtomicFile
{
    /// <summary>Names of unfinished files begin with this; whoever opens the folder may delete them.</summary>
    public const string Unfinished = ".unfinished-";

    private const int DiskFullUnix = 28;
    private const int QuotaUnix = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int QuotaWindows = unchecked((int)0x8007050f);

    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Replaces <paramref name="path"/> by what <paramref name="write"/> writes; on any exception the old file stays.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.NoSpace"/>: the disk is full or may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var unfinished = Path.Combine(folder, $"{Unfinished}{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            BusyFile.Replace(unfinished, path);
            FlushFolder(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(path, error);
        }
        finally
        {
            if (File.Exists(unfinished))
                BusyFile.Delete(unfinished);
        }
    }

    /// <summary>Deletes what a killed process left half-written in a folder.</summary>
    public static void Sweep(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.EnumerateFiles(folder, Unfinished + "*"))
            BusyFile.Delete(file);
    }

    /// <summary>Whether a write failed for want of space.</summary>
    public static bool IsDiskFull(Exception error) => error.HResult is DiskFullUnix or QuotaUnix or DiskFullWindows or QuotaWindows;

    internal static RosflException Explain(string path, Exception error) => IsDiskFull(error)
        ? new(ExitCode.NoSpace, $"File '{path}' cannot be written because the disk is full: free some space and run the command again, a training with --resume.", error)
        : new(ExitCode.NoSpace, $"File '{path}' cannot be written: make its folder writable or choose another (output.folder for runs, --out elsewhere).", error);

    /// <summary>A rename lasts only when its folder is on disk too. Windows does this by itself.</summary>
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(folder, 0);
        if (handle < 0)
            return;
        _ = Sync(handle);
        _ = Close(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
