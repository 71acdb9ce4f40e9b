using System.Buffers.Binary;
using System.Text;
using CsCheck;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>
/// Files that lie, end early or go on too long are refused by a sentence that names the file and the rule; no bytes whatever lead to
/// another exception or to memory that the file does not justify.
/// </summary>
public sealed class MalformedFilesTests : IDisposable
{
    private static readonly HandMadeMat Mat = new(bigEndian: false);

    private static readonly byte[] Png = HandMadePng.File(3, 2, 8, 0, [0, 1, 2, 3, 0, 4, 5, 6]);

    private static readonly byte[] Npy = NpyFileTests.File("<f4", "False", "(2, 3)", new byte[24]);

    private static readonly byte[] Matrix = Mat.Matrix("data", 7, [2, 3], 7, Mat.Floats(0, 3, 1, 4, 2, 5));

    private static readonly byte[] Tiff = MakeTiff();

    private static readonly Dictionary<string, (string Name, byte[] Bytes, string Found)> Cases = new()
    {
        ["nifti: empty"] = ("a.nii", [], "ends inside its header"),
        ["nifti: no header"] = ("a.nii", new byte[400], "header's length"),
        ["nifti: magic of a pair"] = ("a.nii", Changed(new HandMadeNifti().Bytes, 345, (byte)'i'), "magic of a single NIfTI"),
        ["nifti: zero dimensions"] = ("a.nii", new HandMadeNifti().Dim(0).Bytes, "declares 0 dimensions"),
        ["nifti: eight dimensions"] = ("a.nii", new HandMadeNifti().Dim(8).Bytes, "declares 8 dimensions"),
        ["nifti: negative size"] = ("a.nii", new HandMadeNifti().Dim(3, 3, -2, 2).Bytes, "dimensions 3 x -2 x 2"),
        ["nifti: zero size"] = ("a.nii", new HandMadeNifti().Dim(3, 3, 0, 2).Bytes, "dimensions 3 x 0 x 2"),
        ["nifti: absurd sizes"] = ("a.nii", new HandMadeNifti().Dim(7, 32767, 32767, 32767, 32767, 32767, 32767, 32767).Bytes, "at most"),
        ["nifti: header claims more"] = ("a.nii", new HandMadeNifti().Dim(3, 30, 20, 20).Bytes, "declares 12352"),
        ["nifti: header claims less"] = ("a.nii", new HandMadeNifti().Dim(3, 3, 2, 1).Bytes, "declares 358"),
        ["nifti: truncated"] = ("a.nii", new HandMadeNifti().Bytes[..360], "has 360 bytes"),
        ["nifti: complex"] = ("a.nii", new HandMadeNifti().Type(32, 64, new byte[96]).Bytes, "complex"),
        ["nifti: RGB"] = ("a.nii", new HandMadeNifti().Type(128, 24, new byte[36]).Bytes, "RGB"),
        ["nifti: unknown type"] = ("a.nii", new HandMadeNifti().Type(77, 8, new byte[12]).Bytes, "data type 77"),
        ["nifti: bits do not fit the type"] = ("a.nii", new HandMadeNifti().Int16(72, 16).Bytes, "16 bits"),
        ["nifti: values inside the header"] = ("a.nii", new HandMadeNifti().Single(108, 100).Bytes, "byte 100"),
        ["nifti: offset is no number"] = ("a.nii", new HandMadeNifti().Single(108, float.NaN).Bytes, "byte NaN"),
        ["nifti: slope is no number"] = ("a.nii", new HandMadeNifti().Single(112, float.NaN).Bytes, "slope"),
        ["nifti: singular sform"] = ("a.nii", new HandMadeNifti().Sform(new float[12]).Bytes, "not invertible"),
        ["nifti: no voxel size"] = ("a.nii", new HandMadeNifti().Sform(new float[12], 0).Bytes, "voxels of size 0"),
        ["nifti: NaN voxel"] = ("a.nii", new HandMadeNifti().Dim(3, 1, 1, 1).Type(16, 32, [0, 0, 0xc0, 0x7f]).Bytes, "not a finite number"),
        ["nifti: infinite in single precision"] = ("a.nii", new HandMadeNifti().Dim(3, 1, 1, 1).Type(64, 64, BitConverter.GetBytes(1e300)).Bytes, "not a finite"),
        ["nifti: .gz that is none"] = ("a.nii.gz", new HandMadeNifti().Bytes, "gzip's magic"),
        ["nifti: gzip cut in its data"] = ("a.nii.gz", NiftiFileTests.Gzip(new HandMadeNifti().Bytes)[..^20], "a whole"),
        ["nifti: gzip cut in its checksum"] = ("a.nii.gz", NiftiFileTests.Gzip(new HandMadeNifti().Bytes)[..^3], "gzip"),
        ["nifti: gzip with garbage"] = ("a.nii.gz", [.. NiftiFileTests.Gzip(new HandMadeNifti().Bytes), 1, 2, 3, 4], "gzip"),
        ["nifti: gzip bomb"] = ("a.nii.gz", NiftiFileTests.Gzip([.. new HandMadeNifti().Bytes, .. new byte[1 << 24]]), "goes on after"),
        ["nifti: gzip declares a giant"] = ("a.nii.gz", NiftiFileTests.Gzip(new HandMadeNifti().Dim(3, 700, 700, 700).Bytes), "declares 343000352"),
        ["png: not a png"] = ("a.png", HandMadeJpeg.Gray, "PNG's magic"),
        ["png: truncated"] = ("a.png", Png[..^6], "IEND"),
        ["png: trailing garbage"] = ("a.png", [.. Png, 0], "after its end"),
        ["png: wrong checksum"] = ("a.png", Changed(Png, 20, 9), "checksum"),
        ["png: lying chunk length"] = ("a.png", Changed(Png, 8, 0x7f), "are left"),
        ["png: zero width"] = ("a.png", HandMadePng.File(0, 2, 8, 0, [0]), "0 x 2"),
        ["png: negative width"] = ("a.png", HandMadePng.File(-1, 2, 8, 0, [0]), "at most"),
        ["png: giant"] = ("a.png", HandMadePng.File(20000, 20000, 8, 0, [0]), "compressed ones"),
        ["png: too few rows"] = ("a.png", HandMadePng.File(3, 3, 8, 0, [0, 1, 2, 3, 0, 4, 5, 6]), "ends inside its pixels"),
        ["png: bomb"] = ("a.png", HandMadePng.File(3, 2, 8, 0, new byte[1 << 20]), "goes on after"),
        ["png: no such filter"] = ("a.png", HandMadePng.File(1, 1, 8, 0, [5, 0]), "filter 5"),
        ["png: no such pixel"] = ("a.png", HandMadePng.File(1, 1, 16, 3, [0, 0, 0]), "colour type 3 with 16"),
        ["png: index beyond palette"] = ("a.png", HandMadePng.File(1, 1, 8, 3, [0, 9], palette: [1, 2, 3]), "beyond its palette"),
        ["png: palette missing"] = ("a.png", HandMadePng.File(1, 1, 8, 3, [0, 0]), "no palette"),
        ["png: pixels cut but chunk whole"] = ("a.png",
            [.. HandMadePng.Magic, .. HandMadePng.Header(1, 1, 8, 0), .. HandMadePng.Chunk("IDAT", HandMadePng.Zlib([0, 7])[..^1]), .. HandMadePng.Chunk("IEND", [])], "cut"),
        ["jpeg: not a jpeg"] = ("a.jpg", Png, "JPEG's magic"),
        ["jpeg: truncated"] = ("a.jpg", HandMadeJpeg.Gray[..^10], "end-of-image"),
        ["jpeg: giant"] = ("a.jpg", Changed(Changed(HandMadeJpeg.Gray, 94, 0x50), 96, 0x50), "pixels in"),
        ["jpeg: lossless"] = ("a.jpg", Changed(HandMadeJpeg.Gray, 90, 0xc3), "lossless"),
        ["tiff: not a tiff"] = ("a.tif", Png, "TIFF's magic"),
        ["tiff: directory outside"] = ("a.tif", Changed(Tiff, 7, 0x7f), "places a directory"),
        ["tiff: truncated"] = ("a.tif", Tiff[..^5], "places"),
        ["mat: version 4"] = ("a.mat", new byte[200], "byte-order mark"),
        ["mat: short"] = ("a.mat", [1, 2, 3], "3 bytes long"),
        ["mat: truncated"] = ("a.mat", Mat.File(Matrix)[..^8], "are left"),
        ["mat: zero size"] = ("a.mat", Mat.File(Mat.Matrix("data", 7, [0, 3], 7, [])), "0 x 3"),
        ["mat: negative size"] = ("a.mat", Mat.File(Mat.Matrix("data", 7, [-2, 3], 7, [])), "-2 x 3"),
        ["mat: absurd size"] = ("a.mat", Mat.File(Mat.Matrix("data", 7, [int.MaxValue, int.MaxValue], 7, [])), "at most"),
        ["mat: dimensions lie"] = ("a.mat", Mat.File(Mat.Matrix("data", 7, [200, 300], 7, Mat.Floats(1, 2))), "declare 240000"),
        ["mat: NaN"] = ("a.mat", Mat.File(Mat.Matrix("data", 7, [1, 1], 7, Mat.Floats(float.NaN))), "not a finite"),
        ["mat: compressed length lies"] = ("a.mat", Mat.File(Mat.Compressed([.. Mat.Word(14), .. Mat.Word(int.MaxValue), .. new byte[64]])), "in a compressed element"),
        ["mat: compressed bomb"] = ("a.mat", Mat.File(Mat.Compressed([.. Matrix, .. new byte[1 << 20]])), "goes on after"),
        ["mat: compressed and cut"] = ("a.mat", Mat.File(Cut(Mat.Compressed(Matrix))), "cut"),
        ["mat: two of a name"] = ("a.mat", Mat.File(Matrix, Matrix), "two arrays"),
        ["mat: trailing bytes"] = ("a.mat", [.. Mat.File(Matrix), 1, 2, 3], "3 bytes where"),
        ["npy: no magic"] = ("a.npy", Changed(Npy, 1, 0), "magic"),
        ["npy: version 9"] = ("a.npy", Changed(Npy, 6, 9), "version 9.0"),
        ["npy: truncated"] = ("a.npy", Npy[..^1], "23 bytes of values"),
        ["npy: trailing garbage"] = ("a.npy", [.. Npy, 0], "25 bytes of values"),
        ["npy: lying header length"] = ("a.npy", Changed(Npy, 9, 0x20), "inside its header"),
        ["npy: negative size"] = ("a.npy", NpyFileTests.File("<f4", "False", "(-2, 3)", []), "plain array"),
        ["npy: zero size"] = ("a.npy", NpyFileTests.File("<f4", "False", "(0, 3)", []), "0 x 3"),
        ["npy: absurd size"] = ("a.npy", NpyFileTests.File("<f4", "False", "(99999999999999, 3)", []), "more than 2^31"),
        ["npy: complex"] = ("a.npy", NpyFileTests.File("<c8", "False", "(1,)", new byte[8]), "no real number"),
        ["npy: objects"] = ("a.npy", NpyFileTests.File("|O8", "False", "(1,)", new byte[8]), "no real number"),
        ["npy: NaN"] = ("a.npy", NpyFileTests.File("<f4", "False", "(1,)", [0, 0, 0xc0, 0x7f]), "not a finite"),
        ["npy: no picture"] = ("a.npy", NpyFileTests.File("|u1", "False", "(6,)", new byte[6]), "1 axes"),
        ["unknown extension"] = ("a.bmp", [1, 2, 3], "extension '.bmp'"),
    };

    private readonly ScratchFolder folder = new();

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Read_malformedFile_isRefusedByASentence(string name)
    {
        var (file, bytes, found) = Cases[name];
        var path = folder.File(file, bytes);
        var error = Assert.Throws<RosflException>(() => PictureFile.Read(path));
        Assert.Equal(ExitCode.InvalidFile, error.Code);
        Assert.StartsWith($"File '{file}' ", error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_missingFile_isRefused() =>
        Assert.Contains("does not exist", Assert.Throws<RosflException>(() => PictureFile.Read(folder.File("none.png"))).Message, StringComparison.Ordinal);

    public static TheoryData<string, byte[]> Whole => new()
    {
        { "a.nii", new HandMadeNifti(bigEndian: true).Bytes },
        { "a.nii.gz", NiftiFileTests.Gzip(new HandMadeNifti().Bytes) },
        { "a.png", Png },
        { "a.jpg", HandMadeJpeg.Gray },
        { "a.jpeg", HandMadeJpeg.Colour },
        { "a.tif", Tiff },
        { "a.mat", Mat.File(Matrix) },
        { "b.mat", Mat.File(Mat.Compressed(Matrix)) },
        { "a.npy", Npy },
    };

    /// <summary>Up to four changes (a byte, a 16- or 32-bit extreme, a cut, an extension) of a whole file.</summary>
    [Theory]
    [MemberData(nameof(Whole))]
    public void Read_mutatedFile_isReadOrRefusedInBoundedMemory(string name, byte[] whole)
    {
        const long MostBytes = 48 << 20;
        var path = folder.File(name, whole);
        _ = PictureFile.Read(path);
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Check(2000, changes =>
        {
            var bytes = changes.Aggregate(whole, (current, change) => Mutate(current, change.Item1, change.Item2, change.Item3));
            File.WriteAllBytes(path, name == "a.png" ? Repaired(bytes) : bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var picture = PictureFile.Read(path);
                Assert.DoesNotContain(picture.Values, value => !float.IsFinite(value));
            }
            catch (RosflException e)
            {
                Assert.Equal(ExitCode.InvalidFile, e.Code);
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        });
    }

    private static byte[] Mutate(byte[] bytes, int kind, int at, byte value)
    {
        at = bytes.Length == 0 ? 0 : at % bytes.Length;
        switch (kind)
        {
            case 0 when bytes.Length > 0: return Changed(bytes, at, value);
            case 1 when bytes.Length >= 4: return Changed(Changed(bytes, at, 0xff), Math.Max(0, at - 1), (byte)(value % 2 == 0 ? 0x7f : 0xff));
            case 2 when bytes.Length >= 4: return [.. bytes[..(at / 4 * 4)], .. Lie(value), .. bytes[Math.Min(bytes.Length, at / 4 * 4 + 4)..]];
            case 3: return bytes[..at];
            default: return [.. bytes, .. new byte[value]];
        }
    }

    private static byte[] Lie(byte value) => (value % 4) switch
    {
        0 => [0xff, 0xff, 0xff, 0x7f],
        1 => [0x7f, 0xff, 0xff, 0xff],
        2 => [0, 0, value, 0],
        _ => [0, 0, 0, 0],
    };

    /// <summary>Makes the chunks' checksums fit again, so that damage reaches the parser behind them.</summary>
    private static byte[] Repaired(byte[] png)
    {
        var bytes = (byte[])png.Clone();
        for (var at = 8; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (length > bytes.Length - at - 12)
                break;
            HandMadePng.Chunk(Encoding.Latin1.GetString(bytes, at + 4, 4), bytes[(at + 8)..(at + 8 + (int)length)])[^4..].CopyTo(bytes, at + 8 + (int)length);
            at += 12 + (int)length;
        }
        return bytes;
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] = value;
        return changed;
    }

    /// <summary>A compressed element without its last byte, its own length told right.</summary>
    private static byte[] Cut(byte[] element) => [.. Mat.Word(15), .. Mat.Word(element.Length - 9), .. element[8..^1]];

    private static byte[] MakeTiff()
    {
        using var folder = new ScratchFolder();
        PictureFile.Write(folder.File("a.tif"), new RosFL.Imaging.Picture([.. Enumerable.Range(0, 60).Select(i => (float)i)], 1, 2, 5, 6), type: StoredType.Labels);
        return File.ReadAllBytes(folder.File("a.tif"));
    }
}

