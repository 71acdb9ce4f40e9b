using System.Text.Json;
using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>DICOM through the real dcm2niix, on public files; the absent program; the files that must be refused.</summary>
public sealed class DicomSeriesTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Convert_realSeries_isOneVolumeWithTheExpectedPixels()
    {
        RequireProgram();
        var done = DicomSeries.Convert(RealData.Images("dicom", "mr_series_ge_signa"), folder.File("out"));
        Assert.Equal([folder.File("out/series_001.nii.gz")], done.Volumes);
        Assert.Empty(done.Refused);
        var picture = PictureFile.Read(done.Volumes[0]);
        Assert.Equal(256 * 256 * 20, picture.Values.Length);
        Assert.Equal(ExpectedSum("mr_series_ge_signa/"), picture.Values.Sum(value => (double)value));
    }

    /// <summary>Without gdcmconv a compression that dcm2niix lacks is named with the package that reads it.</summary>
    [Theory]
    [InlineData("ct_single/nema_ct2_jpegls_lossless.dcm", "JPEG-LS lossless")]
    [InlineData("other/ot_deflated_explicit_le.dcm", "deflate")]
    [InlineData("ct_single/nema_ct2_jpeg_lossless_sv1.dcm", "JPEG lossless")]
    public void Convert_compressionThatTheConverterLacks_namesItAndTheRemedy(string file, string compression)
    {
        RequireProgram();
        var source = RealData.Images("dicom", file);
        Directory.CreateDirectory(folder.File("in"));
        File.Copy(source, folder.File("in/a.dcm"));
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(folder.File("in"), folder.File("out"), decompressor: "no-such-program-gdcmconv"));
        Assert.Contains(compression, error.Message, StringComparison.Ordinal);
        Assert.Contains("libgdcm-tools", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Syntaxes =>
    [
        "ct_single/ct_small_explicit_le.dcm", "ct_single/nema_ct2_jpeg2000_lossless.dcm", "ct_single/nema_ct2_jpegls_lossless.dcm", "ct_single/nema_ct2_jpeg_lossless_sv1.dcm",
        "ct_single/nema_ct2_rle.dcm", "ct_single/nema_ct2_jpeg2000_lossy.dcm", "mr_single/mr_small_implicit_le.dcm", "mr_single/mr_small_explicit_be.dcm", "other/ot_deflated_explicit_le.dcm",
    ];

    /// <summary>All transfer syntaxes give the pixels of the reference decoder, to the number (gdcmconv beside dcm2niix).</summary>
    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Convert_anyTransferSyntax_givesTheReferencesPixels(string file)
    {
        RequireProgram();
        RequireProgram("gdcmconv");
        var source = RealData.Images("dicom", file);
        Directory.CreateDirectory(folder.File("in"));
        File.Copy(source, folder.File("in/a.dcm"));
        var done = DicomSeries.Convert(folder.File("in"), folder.File("out"));
        var (slope, intercept, hash) = Expected(file);
        var picture = PictureFile.Read(Assert.Single(done.Volumes));
        // which way a picture without a place in space is turned is the converter's choice
        Assert.Contains(hash, new[] { false, true }.SelectMany(rows => new[] { false, true }.Select(columns => HashOf(picture, slope, intercept, rows, columns, file.Contains("deflated", StringComparison.Ordinal)))));
    }

    /// <summary>Structure set, missing transfer syntax: each is named, the images beside them are converted.</summary>
    [Fact]
    public void Convert_mixedFolder_namesEveryFileThatIsRefused()
    {
        RequireProgram();
        var done = DicomSeries.Convert(RealData.Images("dicom", "other"), folder.File("out"));
        string ReasonOf(string name) => done.Refused.Single(file => Path.GetFileName(file.Path) == name).Reason;
        Assert.Contains("transfer syntax", ReasonOf("neg_missing_transfer_syntax.dcm"), StringComparison.Ordinal);
        Assert.Matches("no image|transfer syntax|storage class|magic", ReasonOf("rtstruct_not_an_image.dcm"));
        Assert.All(done.Volumes, volume => Assert.NotEmpty(PictureFile.Read(volume).Values));
    }

    [Fact]
    public void Convert_onlyAnObjectThatIsNoImage_isRefused()
    {
        var source = RealData.Images("dicom", "other", "rtstruct_not_an_image.dcm");
        Directory.CreateDirectory(folder.File("in"));
        File.Copy(source, folder.File("in/plan.dcm"));
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(folder.File("in"), folder.File("out")));
        Assert.Equal(ExitCode.InvalidFile, error.Code);
        Assert.Contains("plan.dcm", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A segmentation object beside three CT slices.</summary>
    [Fact]
    public void Convert_ctSeriesWithSegmentation_convertsTheImagesOnly()
    {
        RequireProgram();
        var done = DicomSeries.Convert(RealData.Images("dicom", "ct_series_with_seg"), folder.File("out"));
        Assert.Single(done.Volumes);
        Assert.Equal("liver_seg_3frame.dcm", Path.GetFileName(Assert.Single(done.Refused).Path));
        Assert.Equal([1, 3, 512, 512], PictureFile.Read(done.Volumes[0]).Shape);
    }

    [Fact]
    public void Convert_textFile_isRefusedWithoutReachingTheConverter()
    {
        Directory.CreateDirectory(folder.File("in"));
        File.WriteAllText(folder.File("in/readme.txt"), "no picture");
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(folder.File("in"), folder.File("out")));
        Assert.Contains("'readme.txt' does not have DICOM's magic", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_programAbsent_namesThePackage()
    {
        Directory.CreateDirectory(folder.File("in"));
        File.WriteAllBytes(folder.File("in/a.dcm"), HandMadeDicom("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"));
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(folder.File("in"), folder.File("out"), program: "no-such-program-dcm2niix"));
        Assert.Equal(ExitCode.MissingProgram, error.Code);
        Assert.Contains("install the package 'dcm2niix'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Preamble, magic and a meta group of storage class and transfer syntax; no pixels.</summary>
    private static byte[] HandMadeDicom(string storageClass, string syntax) =>
        [.. new byte[128], .. "DICM"u8, .. Uid(0x02, storageClass), .. Uid(0x10, syntax)];

    private static byte[] Uid(byte element, string uid)
    {
        var padded = uid.Length % 2 == 0 ? uid : uid + "\0";
        return [2, 0, element, 0, .. "UI"u8, (byte)padded.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(padded)];
    }

    private static (double Slope, double Intercept, string Hash) Expected(string file)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(RealData.Images("dicom", "expected.json")));
        var entry = expected.RootElement.EnumerateArray().Single(e => e.GetProperty("file").GetString() == file);
        double Number(string name, double missing) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : missing;
        return (Number("RescaleSlope", 1), Number("RescaleIntercept", 0), entry.GetProperty("sha256_pixels_le").GetString()!);
    }

    /// <summary>The hash of the stored 8-bit or 16-bit numbers, with rows and columns turned round or not.</summary>
    private static string HashOf(Picture picture, double slope, double intercept, bool rows, bool columns, bool bytes)
    {
        var (height, width) = (picture.Size[^2], picture.Size[^1]);
        var stored = new List<byte>(2 * picture.Values.Length);
        for (var i = 0; i < picture.Values.Length; i++)
        {
            var (y, x) = (rows ? height - 1 - i / width : i / width, columns ? width - 1 - i % width : i % width);
            var number = (int)Math.Round((picture.Values[y * width + x] - intercept) / slope);
            stored.AddRange(bytes ? [(byte)number] : BitConverter.GetBytes((short)number));
        }
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stored.ToArray()));
    }

    private static void RequireProgram(string program = "dcm2niix") => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))),
        $"{program} is not installed");

    private static double ExpectedSum(string folder)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(RealData.Images("dicom", "expected.json")));
        return expected.RootElement.EnumerateArray()
            .Where(entry => entry.GetProperty("file").GetString()!.StartsWith(folder, StringComparison.Ordinal))
            .Sum(entry => entry.GetProperty("sum").GetDouble());
    }
}

