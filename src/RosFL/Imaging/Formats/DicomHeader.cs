using System.Text;

namespace RosFL.Imaging.Formats;

/// <summary>
/// The file meta group of a DICOM file (PS3.10, clause 7.1), read only to tell images from other objects before the converter runs. No
/// element about the patient is read.
/// </summary>
internal static class DicomHeader
{
    private const int MaxMeta = 1 << 16;

    /// <summary>Storage classes of the standard that hold no pictures (plans, structures, reports, waveforms, ...), by their beginnings.</summary>
    private static readonly string[] NotImages =
    [
        "1.2.840.10008.1.3.10", // media directory
        "1.2.840.10008.5.1.4.1.1.481.3", // RT structure set
        "1.2.840.10008.5.1.4.1.1.481.4", // RT treatment records and plans
        "1.2.840.10008.5.1.4.1.1.481.5",
        "1.2.840.10008.5.1.4.1.1.481.6",
        "1.2.840.10008.5.1.4.1.1.481.7",
        "1.2.840.10008.5.1.4.1.1.481.8",
        "1.2.840.10008.5.1.4.1.1.481.9",
        "1.2.840.10008.5.1.4.1.1.66", // raw data, registrations, segmentations
        "1.2.840.10008.5.1.4.1.1.88", // structured reports
        "1.2.840.10008.5.1.4.1.1.11", // presentation states
        "1.2.840.10008.5.1.4.1.1.9", // waveforms
        "1.2.840.10008.5.1.4.1.1.104", // encapsulated documents
    ];

    /// <summary>Names of the standard's compressions (PS3.6, annex A) that a converter may lack.</summary>
    private static readonly Dictionary<string, string> Compressions = new()
    {
        ["1.2.840.10008.1.2.1.99"] = "deflate",
        ["1.2.840.10008.1.2.4.50"] = "JPEG baseline",
        ["1.2.840.10008.1.2.4.51"] = "JPEG extended",
        ["1.2.840.10008.1.2.4.57"] = "JPEG lossless",
        ["1.2.840.10008.1.2.4.70"] = "JPEG lossless, first-order prediction",
        ["1.2.840.10008.1.2.4.80"] = "JPEG-LS lossless",
        ["1.2.840.10008.1.2.4.81"] = "JPEG-LS near-lossless",
        ["1.2.840.10008.1.2.4.90"] = "JPEG 2000 lossless",
        ["1.2.840.10008.1.2.4.91"] = "JPEG 2000",
        ["1.2.840.10008.1.2.5"] = "RLE lossless",
    };

    /// <summary>The compression of a file that <see cref="Objection"/> has passed, by its name; null where there is none.</summary>
    public static string? Compression(string path)
    {
        var syntax = Meta(Start(path)).Syntax;
        return syntax is "1.2.840.10008.1.2" or "1.2.840.10008.1.2.1" or "1.2.840.10008.1.2.2" ? null : Compressions.GetValueOrDefault(syntax, "a way that is not of the standard's usual ones");
    }

    /// <summary>Why the file cannot be converted, or null where it can.</summary>
    public static string? Objection(string path)
    {
        var start = Start(path);
        if (start.Length < 132 || !start.AsSpan(128, 4).SequenceEqual("DICM"u8))
            return "does not have DICOM's magic at byte 128";
        var (storageClass, syntax) = Meta(start);
        return syntax.Length == 0 ? "declares no transfer syntax"
            : storageClass.Length == 0 ? "declares no storage class"
            : NotImages.Any(prefix => storageClass == prefix || storageClass.StartsWith(prefix + ".", StringComparison.Ordinal))
                ? "is a DICOM object that is no image (a plan, structure set, segmentation, report or the like)"
            : null;
    }

    private static byte[] Start(string path)
    {
        var file = new SourceFile(path);
        return file.Read(stream =>
        {
            var bytes = new byte[Math.Min(stream.Length, MaxMeta)];
            file.Fill(stream, bytes, "its header");
            return bytes;
        });
    }

    /// <summary>Walks group 0002, which is explicit little-endian in every file.</summary>
    private static (string StorageClass, string Syntax) Meta(byte[] bytes)
    {
        var (storageClass, syntax) = ("", "");
        var number = new EndianBytes(bytes, bigEndian: false);
        for (var at = 132; at + 12 <= bytes.Length && number.UInt16(at) == 2;)
        {
            var isLong = Encoding.ASCII.GetString(bytes, at + 4, 2) is "OB" or "UN" or "OW" or "SQ" or "UT";
            var begin = at + (isLong ? 12 : 8);
            var length = isLong ? number.UInt32(at + 8) : number.UInt16(at + 6);
            if (length > bytes.Length - begin)
                break;
            var text = Encoding.ASCII.GetString(bytes, begin, (int)length).TrimEnd('\0', ' ');
            switch (number.UInt16(at + 2))
            {
                case 0x0002: storageClass = text; break;
                case 0x0010: syntax = text; break;
            }
            at = begin + (int)length;
        }
        return (storageClass, syntax);
    }
}
