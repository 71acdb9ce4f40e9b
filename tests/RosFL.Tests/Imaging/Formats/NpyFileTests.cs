using System.Text;
using RosFL.Imaging;
using RosFL.Imaging.Formats;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>.npy headers as NumPy writes them, both orders, and the library's own writer.</summary>
public sealed class NpyFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("|u1", 1)]
    [InlineData("|i1", 1)]
    [InlineData("|b1", 1)]
    [InlineData("<u2", 1)]
    [InlineData("<i2", 2)]
    [InlineData("<u4", 3)]
    [InlineData("<i8", 1)]
    public void Read_integers_giveNumbers(string descr, byte version)
    {
        var size = descr[2] - '0';
        var values = new byte[6 * size];
        for (var i = 0; i < 6; i++)
            values[i * size] = (byte)(i + 1);
        var array = NpyFile.Read(folder.File("a.npy", File(descr, "False", "(2, 3)", values, version)));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], array.Values);
    }

    [Theory]
    [InlineData(">f8", new byte[] { 0x3f, 0xf8, 0, 0, 0, 0, 0, 0 })]
    [InlineData("<f4", new byte[] { 0, 0, 0xc0, 0x3f })]
    [InlineData(">f2", new byte[] { 0x3e, 0 })]
    public void Read_floatsInEitherOrder_giveOneAndAHalf(string descr, byte[] value) =>
        Assert.Equal([1.5f], NpyFile.Read(folder.File("a.npy", File(descr, "False", "(1,)", value))).Values);

    [Fact]
    public void Read_fortranOrder_isRowMajor() =>
        Assert.Equal([0, 1, 2, 3, 4, 5], NpyFile.Read(folder.File("a.npy", File("|u1", "True", "(2, 3)", [0, 3, 1, 4, 2, 5]))).Values);

    [Fact]
    public void Write_picture_readsBackEqual()
    {
        var picture = new Picture([.. Enumerable.Range(0, 24).Select(i => i / 7f)], 1, 2, 3, 4);
        PictureFile.Write(folder.File("a.npy"), picture);
        var again = PictureFile.Read(folder.File("a.npy"));
        Assert.Equal(picture.Shape, again.Shape);
        Assert.Equal(picture.Values, again.Values);
        Assert.Equal(0, (new FileInfo(folder.File("a.npy")).Length - 24 * 4) % 64);
    }

    internal static byte[] File(string descr, string fortran, string shape, byte[] values, byte version = 1)
    {
        var text = Encoding.ASCII.GetBytes($"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        byte[] length = version == 1 ? [(byte)text.Length, 0] : [(byte)text.Length, 0, 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. values];
    }
}

