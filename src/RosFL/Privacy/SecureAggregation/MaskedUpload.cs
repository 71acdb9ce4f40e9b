using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// One site's masked vector on its way into the sum. Chunks are added as they arrive and written down beside it, so that an upload that breaks
/// off or does not have its signed hash is taken out again: the server's memory is one vector, whatever the number of sites.
/// </summary>
internal sealed class MaskedUpload(ulong[] sum, byte[] expectedHash, Stream journal) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int added;

    /// <summary>Adds the next numbers.</summary>
    /// <returns>False when the vector is complete and is not the one that was signed; nothing of it is left in the sum.</returns>
    public bool Add(ReadOnlySpan<ulong> chunk)
    {
        var bytes = MemoryMarshal.AsBytes(chunk);
        hash.AppendData(bytes);
        journal.Write(bytes);
        Ring.Add(sum.AsSpan(added, chunk.Length), chunk);
        added += chunk.Length;
        if (Missing > 0 || hash.GetHashAndReset().AsSpan().SequenceEqual(expectedHash)) return true;
        Undo();
        return false;
    }

    public int Missing => sum.Length - added;

    /// <summary>Takes what was added out of the sum.</summary>
    public void Undo()
    {
        journal.Position = 0;
        var chunk = new ulong[4096];
        for (var at = 0; at < added; at += chunk.Length)
        {
            var part = chunk.AsSpan(0, Math.Min(chunk.Length, added - at));
            journal.ReadExactly(MemoryMarshal.AsBytes(part));
            Ring.Subtract(sum.AsSpan(at, part.Length), part);
        }
        added = 0;
    }

    /// <summary>A nameless file that goes away with its stream.</summary>
    public static Stream TemporaryFile() => new FileStream(
        Path.Combine(Path.GetTempPath(), $"rosfl-upload-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);

    public void Dispose()
    {
        hash.Dispose();
        journal.Dispose();
    }
}
