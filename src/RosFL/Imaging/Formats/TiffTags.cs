namespace RosFL.Imaging.Formats;

/// <summary>One directory of a TIFF 6.0 file. Every entry's values are checked to lie inside the file.</summary>
internal sealed class TiffTags
{
    private readonly SourceFile file;
    private readonly byte[] bytes;
    private readonly bool bigEndian;
    private readonly Dictionary<int, (int Type, long Count, long At)> entries = [];

    private TiffTags(SourceFile file, byte[] bytes, bool bigEndian, long at)
    {
        (this.file, this.bytes, this.bigEndian) = (file, bytes, bigEndian);
        RequireInside(at, 2, "a directory");
        var entries = Number.UInt16((int)at);
        RequireInside(at, 2 + 12L * entries + 4, "a directory");
        for (var i = 0; i < entries; i++)
            AddEntry((int)at + 2 + 12 * i);
        Next = Number.UInt32((int)at + 2 + 12 * entries);
    }

    /// <summary>Offset of the next directory; 0 after the last.</summary>
    private uint Next { get; }

    private EndianBytes Number => new(bytes, bigEndian);

    /// <summary>The directories of a file, at most as many as LibTiff can count.</summary>
    public static List<TiffTags> ParseAll(SourceFile file, byte[] bytes)
    {
        var bigEndian = bytes.AsSpan().StartsWith("MM"u8);
        if (bytes.Length < 8 || !bigEndian && !bytes.AsSpan().StartsWith("II"u8))
            throw file.Refused("does not begin with TIFF's magic", "a .tif file must");
        var version = new EndianBytes(bytes, bigEndian).UInt16(2);
        if (version != 42)
            throw file.Refused($"has TIFF version {version}", version == 43 ? "BigTIFF is not read: save it as classic TIFF" : "version 42 is read");
        var all = new List<TiffTags>();
        var seen = new HashSet<uint>();
        for (var at = new EndianBytes(bytes, bigEndian).UInt32(4); at != 0 || all.Count == 0; at = all[^1].Next)
        {
            if (!seen.Add(at) || all.Count == short.MaxValue)
                throw file.Refused($"has a chain of pages that loops or is longer than {short.MaxValue}", "every page comes once");
            all.Add(new TiffTags(file, bytes, bigEndian, at));
        }
        return all;
    }

    public bool Has(int tag) => entries.ContainsKey(tag);

    /// <summary>The whole numbers of a tag.</summary>
    public long[] Values(int tag)
    {
        if (!entries.TryGetValue(tag, out var entry))
            throw file.Refused($"lacks tag {tag}", "TIFF needs it to describe pixels");
        var values = new long[entry.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = entry.Type switch
            {
                1 => Number.Byte((int)entry.At + i),
                3 => Number.UInt16((int)entry.At + 2 * i),
                4 => Number.UInt32((int)entry.At + 4 * i),
                _ => throw file.Refused($"stores tag {tag} as type {entry.Type}", "it must be whole numbers (1, 3 or 4)"),
            };
        }
        return values;
    }

    public long Single(int tag) => Values(tag) is [var value, ..] ? value : throw file.Refused($"has tag {tag} without a value", "TIFF needs one");

    public long Single(int tag, long missing) => Has(tag) ? Single(tag) : missing;

    public void RequireInside(long at, long length, string what)
    {
        if (at < 0 || length < 0 || at + length > bytes.Length)
            throw file.Refused($"places {what} at bytes {at} to {at + length}", $"the file has {bytes.Length}");
    }

    private void AddEntry(int at)
    {
        var (tag, type, count) = (Number.UInt16(at), Number.UInt16(at + 2), Number.UInt32(at + 4));
        var size = type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 => 8, _ => 0 };
        if (size == 0)
            throw file.Refused($"stores tag {tag} as type {type}", "TIFF has types 1 to 13");
        var length = (long)size * count;
        long valuesAt = length <= 4 ? at + 8 : Number.UInt32(at + 8);
        RequireInside(valuesAt, length, $"the values of tag {tag}");
        if (!entries.TryAdd(tag, (type, count, valuesAt)))
            throw file.Refused($"has tag {tag} twice", "a page has each tag once");
    }
}

