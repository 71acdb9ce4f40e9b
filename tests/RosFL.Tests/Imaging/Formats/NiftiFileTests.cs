using System.Buffers.Binary;
using System.IO.Compression;
using RosFL.Imaging;
using RosFL.Imaging.Formats;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>Values, orientation and place of NIfTI files against headers made by hand.</summary>
public sealed class NiftiFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_identityAffine_givesZyxShapeAndFileOrder(bool bigEndian)
    {
        var picture = PictureFile.Read(folder.File("a.nii", new HandMadeNifti(bigEndian).Bytes));
        Assert.Equal([1, 2, 2, 3], picture.Shape);
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => (float)i)], picture.Values);
        Assert.Equal([1, 1, 1], picture.SpacingMm);
    }

    /// <summary>File axis i runs to the left (2 mm), j upward (3 mm), k to the front (4 mm): the canonical picture undoes all of it.</summary>
    [Fact]
    public void Read_turnedAxes_givesCanonicalOrientation()
    {
        var nifti = new HandMadeNifti().Sform([-2, 0, 0, 10, 0, 0, 4, 20, 0, 3, 0, 30]);
        var picture = PictureFile.Read(folder.File("a.nii", nifti.Bytes));
        Assert.Equal([1, 2, 2, 3], picture.Shape);
        Assert.Equal([3, 4, 2], picture.SpacingMm);
        // canonical (z, y, x) is file (i = 2 - x, j = z, k = y), whose value is i + 3 j + 6 k
        float[] expected = [2, 1, 0, 8, 7, 6, 5, 4, 3, 11, 10, 9];
        Assert.Equal(expected, picture.Values);
        Assert.Equal([-2, 0, 0, 10, 0, 0, 4, 20, 0, 3, 0, 30, 0, 0, 0, 1], picture.Affine ?? []);
    }

    /// <summary>A quaternion of half a turn about z: x and y are reversed; no sform.</summary>
    [Fact]
    public void Read_qform_appliesQuaternionSpacingAndHandedness()
    {
        var nifti = new HandMadeNifti().Sform(new float[12], code: 0).Int16(252, 1).PixDim(-1, 2, 3, 4).Single(264, 1).Single(268, 7);
        var picture = PictureFile.Read(folder.File("a.nii", nifti.Bytes));
        Assert.Equal([-2, 0, 0, 7, 0, -3, 0, 0, 0, 0, -4, 0, 0, 0, 0, 1], picture.Affine ?? []);
        Assert.Equal([4, 3, 2], picture.SpacingMm);
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => 11f - i)], picture.Values);
    }

    [Fact]
    public void Read_slopeInterceptAndTime_scalesAndTurnsTimeIntoChannels()
    {
        var nifti = new HandMadeNifti().Dim(4, 3, 2, 1, 2).Single(112, 2).Single(116, -1);
        var picture = PictureFile.Read(folder.File("a.nii", nifti.Bytes));
        Assert.Equal([2, 2, 3], picture.Shape); // one slice is 2D
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => 2f * i - 1)], picture.Values);
    }

    /// <summary>A single sagittal slice loses its own axis (x), not the last one.</summary>
    [Fact]
    public void Read_sagittalSlice_dropsTheSliceAxis()
    {
        var nifti = new HandMadeNifti().Dim(3, 4, 3, 1).Sform([0, 0, 5, 0, 1, 0, 0, 0, 0, 2, 0, 0]);
        var picture = PictureFile.Read(folder.File("a.nii", nifti.Bytes));
        Assert.Equal([1, 3, 4], picture.Shape);
        Assert.Equal([2, 1], picture.SpacingMm);
    }

    public static TheoryData<short, short> Types => new() { { 256, 1 }, { 4, 2 }, { 512, 2 }, { 8, 4 }, { 768, 4 }, { 1024, 8 }, { 1280, 8 }, { 16, 4 }, { 64, 8 } };

    [Theory]
    [MemberData(nameof(Types))]
    public void Read_everyTypeInBothByteOrders_givesTheNumbers(short code, short size)
    {
        foreach (var bigEndian in new[] { false, true })
        {
            var values = new byte[12 * size];
            for (var i = 0; i < 12; i++)
                Store(values.AsSpan(i * size, size), code, 3 * i, bigEndian);
            var nifti = new HandMadeNifti(bigEndian).Type(code, (short)(8 * size), values);
            var picture = PictureFile.Read(folder.File("a.nii", nifti.Bytes));
            Assert.Equal([.. Enumerable.Range(0, 12).Select(i => 3f * i)], picture.Values);
        }
    }

    /// <summary>Every one of the 48 axis orders and directions: written on the input's axes, read again equal, same affine.</summary>
    [Fact]
    public void Write_withReferenceOfAnyOrientation_isAlignedWithIt()
    {
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        foreach (var order in orders)
        {
            for (var signs = 0; signs < 8; signs++)
            {
                var rows = new float[12];
                for (var row = 0; row < 3; row++)
                    (rows[4 * row + order[row]], rows[4 * row + 3]) = ((row + 1) * ((signs >> row & 1) == 1 ? -1 : 1), 10 * row);
                var input = folder.File("in.nii", new HandMadeNifti().Dim(3, 3, 2, 2).Sform(rows).Bytes);
                var picture = PictureFile.Read(input);
                PictureFile.Write(folder.File("out.nii.gz"), picture, input, StoredType.Labels);
                var again = PictureFile.Read(folder.File("out.nii.gz"));
                Assert.Equal(picture.Values, again.Values);
                Assert.Equal(picture.Affine, again.Affine);
                using var gzip = new GZipStream(File.OpenRead(folder.File("out.nii.gz")), CompressionMode.Decompress);
                var bytes = new MemoryStream();
                gzip.CopyTo(bytes);
                Assert.Equal(new HandMadeNifti().Values, bytes.ToArray()[352..]); // the file's own order again
            }
        }
    }

    [Fact]
    public void Write_withReference_keepsNoTextOfIt()
    {
        var nifti = new HandMadeNifti(bigEndian: true).PixDim(1, 1, 1, 1);
        "Jane Doe"u8.CopyTo(nifti.Header.AsSpan(148)); // descrip
        var input = folder.File("in.nii", nifti.Bytes);
        PictureFile.Write(folder.File("out.nii"), PictureFile.Read(input), input);
        Assert.DoesNotContain("Jane", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(folder.File("out.nii"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_withoutReference_keepsThePlaceInCanonicalAxes()
    {
        var picture = PictureFile.Read(folder.File("in.nii", new HandMadeNifti().Sform([-2, 0, 0, 10, 0, 0, 4, 20, 0, 3, 0, 30]).Bytes));
        NiftiFile.Write(folder.File("out.nii"), picture);
        var again = PictureFile.Read(folder.File("out.nii"));
        Assert.Equal(picture.Values, again.Values);
        Assert.Equal([2, 0, 0, 6, 0, 4, 0, 20, 0, 0, 3, 30, 0, 0, 0, 1], again.Affine ?? []);
    }

    [Fact]
    public void Write_moreThan32767Columns_becomesNifti2AndReadsBack()
    {
        var picture = new Picture([.. Enumerable.Range(0, 80_000).Select(i => i % 7 - 3.5f)], 1, 1, 2, 40_000) { SpacingMm = [1, 2, 0.5] };
        NiftiFile.Write(folder.File("out.nii.gz"), picture);
        var again = PictureFile.Read(folder.File("out.nii.gz"));
        Assert.Equal([1, 2, 40_000], again.Shape);
        Assert.Equal([2, 0.5], again.SpacingMm);
        Assert.Equal(picture.Values, again.Values);
    }

    [Fact]
    public void Write_pictureOfAnotherSize_isRefused()
    {
        var input = folder.File("in.nii", new HandMadeNifti().Bytes);
        var error = Assert.Throws<RosFL.Runs.RosflException>(() => NiftiFile.Write(folder.File("out.nii"), new Picture(new float[27], 1, 3, 3, 3), input));
        Assert.Contains("3 x 3 x 3", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("out.nii")));
    }

    /// <summary>bgzip and pigz -i write several gzip members; the content is their concatenation.</summary>
    [Fact]
    public void Read_severalGzipMembers_readsThemAsOne()
    {
        var bytes = new HandMadeNifti().Bytes;
        var picture = PictureFile.Read(folder.File("a.nii.gz", [.. Gzip(bytes[..355]), .. Gzip(bytes[355..])]));
        Assert.Equal(11f, picture.Values[^1]);
    }

    internal static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return compressed.ToArray();
    }

    private static void Store(Span<byte> bytes, short code, int value, bool bigEndian)
    {
        switch (code)
        {
            case 256: bytes[0] = (byte)value; break;
            case 4 or 512: BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)value); break;
            case 8 or 768: BinaryPrimitives.WriteInt32LittleEndian(bytes, value); break;
            case 1024 or 1280: BinaryPrimitives.WriteInt64LittleEndian(bytes, value); break;
            case 16: BinaryPrimitives.WriteSingleLittleEndian(bytes, value); break;
            default: BinaryPrimitives.WriteDoubleLittleEndian(bytes, value); break;
        }
        if (bigEndian)
            bytes.Reverse();
    }
}

