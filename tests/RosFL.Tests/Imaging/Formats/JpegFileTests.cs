using RosFL.Imaging.Formats;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>JPEG against the pixels that libjpeg decodes from the same files.</summary>
public sealed class JpegFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_grayBaseline_isOneChannelNearLibjpeg()
    {
        var picture = PictureFile.Read(folder.File("a.jpg", HandMadeJpeg.Gray));
        Assert.Equal([1, 16, 24], picture.Shape);
        Assert.Equal(44, picture.Values[3 * 24 + 5], 1f);
        Assert.Equal(176, picture.Values[12 * 24 + 20], 1f);
    }

    [Fact]
    public void Read_colourProgressive_isThreeChannelsNearLibjpeg()
    {
        var picture = PictureFile.Read(folder.File("a.jpeg", HandMadeJpeg.Colour));
        Assert.Equal([3, 16, 24], picture.Shape);
        float[] expected = [45, 212, 21];
        for (var channel = 0; channel < 3; channel++)
            Assert.Equal(expected[channel], picture.Values[channel * 384 + 3 * 24 + 5], 3f);
    }
}

