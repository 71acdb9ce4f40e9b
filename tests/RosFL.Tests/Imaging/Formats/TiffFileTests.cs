using BitMiracle.LibTiff.Classic;
using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>TIFF files as LibTiff writes them in several layouts, and the library's own writer.</summary>
public sealed class TiffFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(StoredType.Float32, 1, 5, 7)]
    [InlineData(StoredType.Labels, 3, 5, 7)]
    [InlineData(StoredType.Labels, 1, 4, 5, 7)]
    public void Write_picture_readsBackEqual(StoredType type, params int[] shape)
    {
        var count = shape.Aggregate((a, b) => a * b);
        var picture = new Picture([.. Enumerable.Range(0, count).Select(i => type == StoredType.Labels ? i : i / 3f)], shape);
        PictureFile.Write(folder.File("a.tif"), picture, type: type);
        var again = PictureFile.Read(folder.File("a.tif"));
        Assert.Equal(shape, again.Shape);
        Assert.Equal(picture.Values, again.Values);
    }

    [Theory]
    [InlineData(Compression.NONE, false, "w")]
    [InlineData(Compression.NONE, false, "wb")]
    [InlineData(Compression.LZW, false, "wl")]
    [InlineData(Compression.PACKBITS, false, "wb")]
    [InlineData(Compression.LZW, true, "wl")]
    [InlineData(Compression.ADOBE_DEFLATE, true, "wb")]
    public void Read_rgbWithAlphaInStripsOrTiles_dropsAlpha(Compression compression, bool tiled, string mode)
    {
        var path = folder.File("a.tif");
        Make(path, mode, compression, tiled);
        var picture = PictureFile.Read(path);
        Assert.Equal([3, 20, 24], picture.Shape);
        for (var y = 0; y < 20; y++)
        {
            for (var x = 0; x < 24; x++)
                Assert.Equal([Sample(y, x, 0), Sample(y, x, 1), Sample(y, x, 2)], Enumerable.Range(0, 3).Select(c => (int)picture.Values[(c * 20 + y) * 24 + x]));
        }
    }

    [Fact]
    public void Read_bigTiff_isRefusedWithTheRemedy()
    {
        var error = Assert.Throws<RosflException>(() => PictureFile.Read(folder.File("a.tif", [.. "II"u8, 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0])));
        Assert.Contains("BigTIFF", error.Message, StringComparison.Ordinal);
    }

    /// <summary>16-bit samples above 255, so that a lost byte or a swapped pair shows.</summary>
    private static int Sample(int y, int x, int channel) => 1000 * channel + 40 * y + x;

    private static void Make(string path, string mode, Compression compression, bool tiled)
    {
        using var tiff = Tiff.Open(path, mode);
        tiff.SetField(TiffTag.IMAGEWIDTH, 24);
        tiff.SetField(TiffTag.IMAGELENGTH, 20);
        tiff.SetField(TiffTag.SAMPLESPERPIXEL, 4);
        tiff.SetField(TiffTag.BITSPERSAMPLE, 16);
        tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.RGB);
        tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
        tiff.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { 2 });
        tiff.SetField(TiffTag.COMPRESSION, compression);
        if (tiled)
        {
            tiff.SetField(TiffTag.TILEWIDTH, 16);
            tiff.SetField(TiffTag.TILELENGTH, 16);
            for (var block = 0; block < 4; block++)
                tiff.WriteEncodedTile(block, Block(block / 2 * 16, block % 2 * 16, 16, 16), 16 * 16 * 8);
            return;
        }
        tiff.SetField(TiffTag.ROWSPERSTRIP, 6);
        for (var top = 0; top < 20; top += 6)
            tiff.WriteEncodedStrip(top / 6, Block(top, 0, Math.Min(6, 20 - top), 24), Math.Min(6, 20 - top) * 24 * 8);
    }

    private static byte[] Block(int top, int left, int height, int width)
    {
        var samples = new ushort[height * width * 4];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (ushort)Sample(top + i / 4 / width, left + i / 4 % width, i % 4);
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes<ushort>(samples).ToArray();
    }
}

