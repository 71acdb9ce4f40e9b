using System.Buffers.Binary;
using System.Text.Json;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>MATLAB 5 files: hand-made ones, and the golden runs' data against the same numbers as safetensors.</summary>
public sealed class MatFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Read_twoRowsOfThree_isRowMajor(bool bigEndian, bool compressed)
    {
        var mat = new HandMadeMat(bigEndian);
        var matrix = mat.Matrix("picture", 7, [2, 3], 7, mat.Floats(0, 3, 1, 4, 2, 5));
        var array = MatFile.Read(folder.File("a.mat", mat.File(compressed ? mat.Compressed(matrix) : matrix)))["picture"];
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5], array.Values);
    }

    /// <summary>A double array of small numbers is stored as bytes, four of them inside the tag itself.</summary>
    [Fact]
    public void Read_smallElements_areUnderstood()
    {
        var mat = new HandMadeMat(bigEndian: false);
        var bytes = mat.File(mat.Matrix("x", 6, [2, 2], 2, [1, 2, 3, 4]), mat.Matrix("other", 4, [1, 5], 16, [.. "hello"u8]));
        var arrays = MatFile.Read(folder.File("a.mat", bytes));
        Assert.Equal([1, 3, 2, 4], Assert.Single(arrays).Value.Values);
    }

    [Fact]
    public void Read_threeAxes_reversesTheirStorage()
    {
        var mat = new HandMadeMat(bigEndian: false);
        var bytes = mat.File(mat.Matrix("data", 9, [2, 3, 4], 2, [.. Enumerable.Range(0, 24).Select(i => (byte)i)]));
        var picture = PictureFile.Read(folder.File("a.mat", bytes));
        Assert.Equal([2, 3, 4], picture.Shape);
        Assert.Equal(1 + 2 * 2 + 6 * 3, picture.Values[1 * 12 + 2 * 4 + 3]);
    }

    [Fact]
    public void Read_version73_isRefusedWithTheRemedy()
    {
        var bytes = new byte[600];
        "MATLAB 7.3 MAT-file, Platform: GLNXA64"u8.CopyTo(bytes);
        var error = Assert.Throws<RosflException>(() => MatFile.Read(folder.File("a.mat", bytes)));
        Assert.Contains("HDF5", error.Message, StringComparison.Ordinal);
        Assert.Contains("-v7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadArray_complexOrMissing_isRefused()
    {
        var mat = new HandMadeMat(bigEndian: false);
        var path = folder.File("a.mat", mat.File(mat.Matrix("data", 7, [1, 2], 7, mat.Floats(1, 2), complex: true)));
        Assert.Throws<RosflException>(() => MatFile.ReadArray(path, "data"));
        Assert.Empty(MatFile.Read(path));
    }

    /// <summary>Every input and label of the golden runs, compressed and not, equals the row-major copy to the bit.</summary>
    [Fact]
    public void ReadArray_goldenFiles_equalTheSafetensors()
    {
        var bytes = File.ReadAllBytes(RealData.Golden("data.safetensors"));
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var entries = JsonDocument.Parse(bytes.AsMemory(8, header));
        var compared = 0;
        foreach (var entry in entries.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var parts = entry.Name.Split('.');
            var array = MatFile.ReadArray(RealData.Golden("data", parts[0], parts[1], parts[2], $"slice_{parts[3]}.mat"), "data");
            var begin = 8 + header + entry.Value.GetProperty("data_offsets")[0].GetInt32();
            for (var i = 0; i < array.Values.Length; i++)
                Assert.Equal(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(begin + 4 * i)), array.Values[i]);
            compared++;
        }
        Assert.Equal(40, compared);
    }

    [Fact]
    public void ReadArray_goldenGeometry_hasElevenNumbers() =>
        Assert.Equal([1, 11], MatFile.ReadArray(RealData.Golden("data", "geometry_4", "train", "geometry", "slice_000.mat"), "data").Shape);
}

