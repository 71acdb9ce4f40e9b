using System.Buffers.Binary;
using System.Text;
using CsCheck;
using RosFL.Runs;

namespace RosFL.Tests.Runs;

public sealed class SafetensorsTests
{
    /// <summary>Proves that names, shapes, bits (NaN too) and metadata come back, and that the data begin at a multiple of 8.</summary>
    [Fact]
    public void Write_thenRead_givesTheSameBits()
    {
        using var folder = new TemporaryFolder();
        NamedArray[] arrays = [new("head.é\"x", [2, 2], [1, float.NaN, -0f, float.MaxValue]), new("empty", [0, 3], []), new("scalar", [], [7])];
        Safetensors.Write(folder["a"], arrays, new Dictionary<string, string> { ["round"] = "3" });
        using var file = SafetensorsFile.Open(folder["a"]);
        Assert.Equal("3", file.Metadata["round"]);
        Assert.Equal(0, BitConverter.ToInt64(File.ReadAllBytes(folder["a"])) % 8);
        foreach (var (expected, actual) in arrays.Zip(file.ReadAll()))
        {
            Assert.Equal((expected.Name, string.Join(',', expected.Shape)), (actual.Name, string.Join(',', actual.Shape)));
            Assert.Equal(expected.Values.Select(BitConverter.SingleToUInt32Bits), actual.Values.Select(BitConverter.SingleToUInt32Bits));
        }
    }

    /// <summary>Proves that each numeric type is read as the number it stands for.</summary>
    [Theory]
    [InlineData("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F }, 1.5f)]
    [InlineData("F16", new byte[] { 0, 0x3E }, 1.5f)]
    [InlineData("BF16", new byte[] { 0xC0, 0x3F }, 1.5f)]
    [InlineData("I64", new byte[] { 0xFE, 255, 255, 255, 255, 255, 255, 255 }, -2f)]
    [InlineData("I32", new byte[] { 0xFE, 255, 255, 255 }, -2f)]
    [InlineData("U16", new byte[] { 0xFE, 255 }, 65534f)]
    [InlineData("I8", new byte[] { 0xFE }, -2f)]
    [InlineData("U8", new byte[] { 0xFE }, 254f)]
    public void ReadFloats_ofAType_givesItsNumber(string type, byte[] data, float expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], Make($$"""{"x":{"dtype":"{{type}}","shape":[1],"data_offsets":[0,{{data.Length}}] } }""", data));
        using var file = SafetensorsFile.Open(folder["a"]);
        Assert.Equal([expected], file.ReadFloats("x").Values);
    }

    /// <summary>Proves that what the reference reader refuses is refused here, with our exception.</summary>
    [Theory]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,3]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}""")]
    [InlineData("""{"x":{"dtype":"U9","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}}""")]
    [InlineData("""{"__metadata__":{"a":1},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"\ud800","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Open_ofAMalformedHeader_isRefused(string header)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], Make(header, [1, 2, 3, 4]));
        Refused(folder["a"]);
    }

    /// <summary>Proves that header lengths beyond the file or the limit allocate nothing and are refused.</summary>
    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(100UL)]
    [InlineData(99_999_999_999UL)]
    [InlineData(ulong.MaxValue)]
    public void Open_ofALyingHeaderLength_isRefused(ulong length)
    {
        using var folder = new TemporaryFolder();
        var bytes = Make("{}", []);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(folder["a"], bytes);
        Refused(folder["a"]);
    }

    /// <summary>Proves that no damage to a file brings any exception but ours.</summary>
    [Fact]
    public void Read_ofADamagedFile_throwsNothingElse()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["a"], [new("head.w", [2, 2], [1, 2, 3, 4]), new("b", [1], [5])], new Dictionary<string, string> { ["k"] = "v" });
        var sound = File.ReadAllBytes(folder["a"]);
        var change = Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte);
        Gen.Select(change.Array[0, 4], Gen.Int[0, sound.Length]).Check(2000, drawn =>
        {
            var (changes, length) = drawn;
            var bytes = sound.ToArray();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            var path = folder[Guid.NewGuid().ToString("N")];
            File.WriteAllBytes(path, bytes[..length]);
            try
            {
                Safetensors.Read(path);
            }
            catch (RosflException error) when (error.Code == ExitCode.InvalidFile)
            {
            }
        });
    }

    /// <summary>Proves that joining keeps every tensor, and that a name in two parts is an error that leaves no file.</summary>
    [Fact]
    public void Join_ofParts_holdsAll()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["a"], [new("x", [1], [1])]);
        Safetensors.Write(folder["b"], [new("y", [2], [2, 3])]);
        Safetensors.Join(folder["c"], [folder["a"], folder["b"]]);
        Assert.Equal([1f, 2f, 3f], Safetensors.Read(folder["c"]).SelectMany(array => array.Values));
        Assert.Throws<ArgumentException>(() => Safetensors.Join(folder["d"], [folder["a"], folder["a"]]));
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    private static void Refused(string path) =>
        Assert.Equal(ExitCode.InvalidFile, Assert.Throws<RosflException>(() => Safetensors.Read(path)).Code);

    private static byte[] Make(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. data];
    }
}
