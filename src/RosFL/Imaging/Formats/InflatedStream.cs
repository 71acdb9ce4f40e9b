using System.Buffers.Binary;
using System.IO.Compression;

namespace RosFL.Imaging.Formats;

/// <summary>The content of a gzip file, read once and in order; <see cref="CheckEnd"/> compares its length and checksum.</summary>
internal sealed class InflatedStream(SourceFile file, FileStream compressed) : Stream
{
    private readonly GZipStream inflater = new(compressed, CompressionMode.Decompress, leaveOpen: true);
    private uint crc;
    private long length;

    public override int Read(Span<byte> buffer)
    {
        var read = inflater.Read(buffer);
        crc = Checksums.Crc32(buffer[..read], crc);
        length += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>
    /// Refuses a file that was cut or damaged. One gzip member is checked by its own trailer; several (bgzip) are read a second time by
    /// <see cref="GzipMembers"/>.
    /// </summary>
    public void CheckEnd()
    {
        Span<byte> trailer = stackalloc byte[8];
        compressed.Position = Math.Max(0, compressed.Length - 8);
        file.Fill(compressed, trailer, "its gzip trailer");
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) == crc && BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) == (uint)length)
            return;
        GzipMembers.Check(file, length);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => length; set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inflater.Dispose();
        base.Dispose(disposing);
    }
}

