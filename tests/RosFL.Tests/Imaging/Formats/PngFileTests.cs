using CsCheck;
using RosFL.Imaging;
using RosFL.Imaging.Formats;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>Every kind of PNG pixel, the five filters and interlacing, and that 16 bits survive.</summary>
public sealed class PngFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_sixteenBits_keepsEveryValue()
    {
        var picture = new Picture([.. Enumerable.Range(0, 65536).Select(i => (float)i)], 1, 256, 256);
        PngFile.Write(folder.File("a.png"), picture, bits: 16);
        Assert.Equal(picture.Values, PictureFile.Read(folder.File("a.png")).Values);
    }

    [Fact]
    public void Write_anyPicture_readsBackEqual() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 9], Gen.Int[1, 9], Gen.Float[0, 255].Array[243]).Check(100, drawn =>
        {
            var (colour, height, width, random) = drawn;
            var channels = colour ? 3 : 1;
            var picture = new Picture([.. random.Take(channels * height * width).Select(value => MathF.Round(value))], channels, height, width);
            PngFile.Write(folder.File("b.png"), picture);
            var again = PngFile.Read(folder.File("b.png"));
            Assert.Equal(picture.Shape, again.Shape);
            Assert.Equal(picture.Values, again.Values);
        });

    [Theory]
    [InlineData(1, new byte[] { 0, 0b1010_0000 }, new float[] { 1, 0, 1 })]
    [InlineData(2, new byte[] { 0, 0b1101_1000 }, new float[] { 3, 1, 2 })]
    [InlineData(4, new byte[] { 0, 0xf1, 0x70 }, new float[] { 15, 1, 7 })]
    [InlineData(16, new byte[] { 0, 0x12, 0x34, 0, 1, 0xff, 0xff }, new float[] { 0x1234, 1, 65535 })]
    public void Read_grayDepths_givesStoredNumbers(byte depth, byte[] row, float[] expected) =>
        Assert.Equal(expected, Read(HandMadePng.File(3, 1, depth, 0, row)).Values);

    [Fact]
    public void Read_colourPalette_givesThreeChannels()
    {
        var picture = Read(HandMadePng.File(2, 1, 8, 3, [0, 1, 0], palette: [10, 20, 30, 40, 50, 60]));
        Assert.Equal([3, 1, 2], picture.Shape);
        Assert.Equal([40, 10, 50, 20, 60, 30], picture.Values);
    }

    [Fact]
    public void Read_grayPalette_givesOneChannel() =>
        Assert.Equal([255, 0], Read(HandMadePng.File(2, 1, 1, 3, [0, 0b1000_0000], palette: [0, 0, 0, 255, 255, 255])).Values);

    [Fact]
    public void Read_alpha_isDropped()
    {
        Assert.Equal([7, 9], Read(HandMadePng.File(2, 1, 8, 4, [0, 7, 128, 9, 0])).Values);
        Assert.Equal([1, 2, 3], Read(HandMadePng.File(1, 1, 8, 6, [0, 1, 2, 3, 200])).Values);
    }

    /// <summary>Rows by hand after ISO/IEC 15948 clause 9: none, sub, up, average, Paeth.</summary>
    [Fact]
    public void Read_fiveFilters_areUndone()
    {
        byte[] rows = [0, 1, 2, 3, 1, 5, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        Assert.Equal([1, 2, 3, 5, 6, 7, 6, 7, 8, 4, 6, 8, 5, 7, 9], Read(HandMadePng.File(3, 5, 8, 0, rows)).Values);
    }

    /// <summary>Adam7 of a 3 x 3 image: passes 1, 4 (upper right corner two columns on), 5, 6 and 7 have pixels.</summary>
    [Fact]
    public void Read_interlaced_putsEveryPixelInItsPlace()
    {
        byte[] rows = [0, 0, /* pass 4: (2, 0) */ 0, 2, /* pass 5: row 2, x 0 and 2 */ 0, 6, 8, /* pass 6: x 1 of rows 0, 2 */ 0, 1, 0, 7, /* pass 7: row 1 */ 0, 3, 4, 5];
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8], Read(HandMadePng.File(3, 3, 8, 0, rows, interlaced: true)).Values);
    }

    /// <summary>16-bit CT slices of two scanners: values are HU + 1024, so air and tissue lie in the known range and are no 8-bit numbers.</summary>
    [Fact]
    public void Read_realCt_isSixteenBit()
    {
        foreach (var path in Directory.GetFiles(RealData.Images("ct", "lidc_philips_chest", "images")))
        {
            var picture = PictureFile.Read(path);
            Assert.Equal([1, 512, 512], picture.Shape);
            Assert.InRange(picture.Values.Max(), 1500, 8192);
        }
    }

    [Fact]
    public void Read_realVessels_areColourAndMasks()
    {
        Assert.Equal([3, 605, 700], PictureFile.Read(Directory.GetFiles(RealData.Images("vessels", "stare", "images"))[0]).Shape);
        var label = PictureFile.Read(Directory.GetFiles(RealData.Images("vessels", "hrf", "labels"))[0]);
        Assert.Equal([1, 584, 876], label.Shape);
        Assert.All(label.Values.Distinct(), value => Assert.True(value is 0 or 255));
    }

    private Picture Read(byte[] bytes) => PictureFile.Read(folder.File("x.png", bytes));
}

