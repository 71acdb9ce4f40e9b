namespace RosFL.Imaging.Formats;

/// <summary>What a JPEG file's frame header (SOF) declares; found by walking all segments to the end of the image.</summary>
internal sealed record JpegFrame(int Width, int Height, int Components)
{
    private const byte StartOfScan = 0xda, EndOfImage = 0xd9, DefineHeight = 0xdc;

    public static JpegFrame Find(SourceFile file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
            throw file.Refused("does not begin with JPEG's magic", "a .jpg file must");
        JpegFrame? frame = null;
        var scans = 0;
        for (var at = 2; ;)
        {
            var marker = Marker(file, bytes, ref at);
            if (marker == EndOfImage)
                return scans > 0 && frame is not null ? frame : throw file.Refused("has no image before its end", "a frame and a scan are needed");
            var segment = Segment(file, bytes, ref at);
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                frame = frame is null ? Parse(file, marker, segment) : throw file.Refused("has two frames", "one is read");
            if (marker == DefineHeight)
                throw file.Refused("declares its height after its pixels", "it must stand in the frame header");
            if (marker == StartOfScan)
                at = EndOfScan(file, bytes, at, ++scans);
        }
    }

    private static byte Marker(SourceFile file, ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at < bytes.Length && bytes[at] != 0xff)
            throw file.Refused("has bytes between its segments", "a segment begins with 0xff: export the file again");
        while (at < bytes.Length && bytes[at] == 0xff)
            at++;
        return at < bytes.Length ? bytes[at++] : throw Truncated(file);
    }

    private static ReadOnlySpan<byte> Segment(SourceFile file, ReadOnlySpan<byte> bytes, ref int at)
    {
        if (bytes.Length - at < 2)
            throw Truncated(file);
        var length = bytes[at] << 8 | bytes[at + 1];
        if (length < 2 || length > bytes.Length - at)
            throw file.Refused($"declares a segment of {length} bytes where {bytes.Length - at} are left", "segments lie inside the file");
        var segment = bytes[(at + 2)..(at + length)];
        at += length;
        return segment;
    }

    private static JpegFrame Parse(SourceFile file, byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker > 0xc2 || segment.Length < 6 || segment[0] != 8)
            throw file.Refused("is a lossless, arithmetic or 12-bit JPEG", "8-bit baseline and progressive ones are read: convert it to PNG");
        var components = segment[5];
        if (components is not (1 or 3))
            throw file.Refused($"has {components} colour components", "1 (gray) or 3 are read");
        return new JpegFrame(segment[3] << 8 | segment[4], segment[1] << 8 | segment[2], components);
    }

    /// <summary>Where the coded pixels that begin at <paramref name="at"/> end: at the next marker that is no restart.</summary>
    private static int EndOfScan(SourceFile file, ReadOnlySpan<byte> bytes, int at, int scans)
    {
        if (scans > 1000)
            throw file.Refused("has more than 1000 scans", "real progressive images have some ten");
        for (; at + 1 < bytes.Length; at++)
        {
            if (bytes[at] == 0xff && bytes[at + 1] is not (0 or 0xff or (>= 0xd0 and <= 0xd7)))
                return at;
        }
        throw Truncated(file);
    }

    private static Runs.RosflException Truncated(SourceFile file) =>
        file.Refused("ends before its end-of-image marker", "a whole file is needed: copy it again");
}
