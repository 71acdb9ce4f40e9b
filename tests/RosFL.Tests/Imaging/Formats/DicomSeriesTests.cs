using System.Text.Json;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>DICOM through the real dcm2niix, on public files; the absent program; the files that must be refused.</summary>
public sealed class DicomSeriesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Convert_realSeries_isOneVolumeWithTheExpectedPixels()
    {
        RequireProgram();
        var done = DicomSeries.Convert(RealData.Images("dicom", "mr_series_ge_signa"), _folder.File("out"));
        Assert.Equal([_folder.File("out/series_001.nii.gz")], done.Volumes);
        Assert.Empty(done.Refused);
        var picture = PictureFile.Read(done.Volumes[0]);
        Assert.Equal(256 * 256 * 20, picture.Values.Length);
        Assert.Equal(ExpectedSum("mr_series_ge_signa/"), picture.Values.Sum(value => (double)value));
    }

    /// <summary>Structure set, missing transfer syntax, unsupported compression: each is named, the images beside them are converted.</summary>
    [Fact]
    public void Convert_mixedFolder_namesEveryFileThatIsRefused()
    {
        RequireProgram();
        var done = DicomSeries.Convert(RealData.Images("dicom", "other"), _folder.File("out"));
        string ReasonOf(string name) => done.Refused.Single(file => Path.GetFileName(file.Path) == name).Reason;
        Assert.Contains("transfer syntax", ReasonOf("neg_missing_transfer_syntax.dcm"), StringComparison.Ordinal);
        Assert.Matches("no image|transfer syntax|storage class|magic", ReasonOf("rtstruct_not_an_image.dcm"));
        Assert.Contains("compression", ReasonOf("ot_deflated_explicit_le.dcm"), StringComparison.Ordinal);
        Assert.All(done.Volumes, volume => Assert.NotEmpty(PictureFile.Read(volume).Values));
    }

    [Fact]
    public void Convert_onlyAnObjectThatIsNoImage_isRefused()
    {
        var source = RealData.Images("dicom", "other", "rtstruct_not_an_image.dcm");
        Directory.CreateDirectory(_folder.File("in"));
        File.Copy(source, _folder.File("in/plan.dcm"));
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(_folder.File("in"), _folder.File("out")));
        Assert.Equal(ExitCode.InvalidFile, error.Code);
        Assert.Contains("plan.dcm", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A segmentation object beside three CT slices.</summary>
    [Fact]
    public void Convert_ctSeriesWithSegmentation_convertsTheImagesOnly()
    {
        RequireProgram();
        var done = DicomSeries.Convert(RealData.Images("dicom", "ct_series_with_seg"), _folder.File("out"));
        Assert.Single(done.Volumes);
        Assert.Equal("liver_seg_3frame.dcm", Path.GetFileName(Assert.Single(done.Refused).Path));
        Assert.Equal([1, 3, 512, 512], PictureFile.Read(done.Volumes[0]).Shape);
    }

    [Fact]
    public void Convert_textFile_isRefusedWithoutReachingTheConverter()
    {
        Directory.CreateDirectory(_folder.File("in"));
        File.WriteAllText(_folder.File("in/readme.txt"), "no picture");
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(_folder.File("in"), _folder.File("out")));
        Assert.Contains("'readme.txt' does not have DICOM's magic", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_programAbsent_namesThePackage()
    {
        Directory.CreateDirectory(_folder.File("in"));
        File.WriteAllBytes(_folder.File("in/a.dcm"), HandMadeDicom("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"));
        var error = Assert.Throws<RosflException>(() => DicomSeries.Convert(_folder.File("in"), _folder.File("out"), program: "no-such-program-dcm2niix"));
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

    private static void RequireProgram() => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "dcm2niix"))),
        "dcm2niix is not installed");

    private static double ExpectedSum(string folder)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(RealData.Images("dicom", "expected.json")));
        return expected.RootElement.EnumerateArray()
            .Where(entry => entry.GetProperty("file").GetString()!.StartsWith(folder, StringComparison.Ordinal))
            .Sum(entry => entry.GetProperty("sum").GetDouble());
    }
}
