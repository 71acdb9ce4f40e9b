using System.Buffers.Binary;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace RosFL.Imaging.Formats;

/// <summary>
/// Checks that a file consists of whole gzip members and nothing else (RFC 1952). Slower than the runtime's decompressor, which tells
/// neither where a member ends nor that one ended early; so this runs only where the simple check of one member fails.
/// </summary>
internal static class GzipMembers
{
    private const int HeaderLength = 10, TrailerLength = 8;

    /// <param name="length">Bytes that the members must inflate to, all together.</param>
    public static void Check(SourceFile file, long length)
    {
        var bytes = file.ReadAll();
        try
        {
            for (var at = 0; at < bytes.Length;)
                at = CheckMember(file, bytes, SkipHeader(file, bytes, at), ref length);
        }
        catch (SharpZipBaseException e)
        {
            throw Refused(file, e);
        }
        if (length != 0)
            throw Refused(file);
    }

    private static int CheckMember(SourceFile file, byte[] bytes, int at, ref long length)
    {
        var inflater = new Inflater(noHeader: true);
        inflater.SetInput(bytes, at, bytes.Length - at);
        var buffer = new byte[1 << 16];
        var crc = 0u;
        while (!inflater.IsFinished)
        {
            var read = inflater.Inflate(buffer);
            crc = Checksums.Crc32(buffer.AsSpan(0, read), crc);
            if ((length -= read) < 0 || read == 0 && !inflater.IsFinished)
                throw Refused(file);
        }
        at = bytes.Length - inflater.RemainingInput;
        if (bytes.Length - at < TrailerLength
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) != crc
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4)) != (uint)inflater.TotalOut)
            throw Refused(file);
        return at + TrailerLength;
    }

    private static int SkipHeader(SourceFile file, byte[] bytes, int at)
    {
        if (bytes.Length - at < HeaderLength || bytes[at] != 0x1f || bytes[at + 1] != 0x8b || bytes[at + 2] != 8)
            throw Refused(file);
        var flags = bytes[at + 3];
        at += HeaderLength;
        if ((flags & 4) != 0) // extra field
            at += 2 + (bytes.Length - at >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at)) : throw Refused(file));
        for (var text = 8; text <= 16; text *= 2) // name, comment
        {
            while ((flags & text) != 0 && (at < bytes.Length ? bytes[at++] : throw Refused(file)) != 0)
            {
            }
        }
        at += (flags & 2) != 0 ? 2 : 0; // checksum of the header
        return at < bytes.Length ? at : throw Refused(file);
    }

    private static Runs.RosflException Refused(SourceFile file, Exception? cause = null) =>
        file.Refused("holds gzip data that are damaged or cut, or bytes after them", "a whole gzip file is needed: copy it again", cause);
}
