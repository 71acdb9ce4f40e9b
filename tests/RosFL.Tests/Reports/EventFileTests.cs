using System.Buffers.Binary;
using System.Text;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Reports;

public sealed class EventFileTests
{
    /// <summary>Proves the checksum on CRC32C's published check value (E3069283 for "123456789"), masked as TFRecord does.</summary>
    [Fact]
    public void MaskedCrc_ofTheCheckString_isThePublishedValue()
    {
        const uint crc = 0xE3069283;
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8), EventFile.MaskedCrc("123456789"u8));
    }

    /// <summary>Proves that every record has sound checksums, that the first names the version, and that scalars carry tag, step and value.</summary>
    [Fact]
    public void Write_ofARun_hasSoundRecords()
    {
        using var temporary = new TemporaryFolder();
        using var folder = MadeUpRun.Make(temporary);
        using var store = RunStore.Open(folder.StorePath);
        EventFile.Write(folder, store);
        var records = Records(File.ReadAllBytes(Directory.GetFiles(Path.Combine(folder.Path, "tensorboard")).Single())).ToList();
        Assert.EndsWith("brain.Event:2", Encoding.ASCII.GetString(records[0]), StringComparison.Ordinal);
        // a round whose tails' drift nobody knows
        Assert.Equal(1 + 20 * (6 + 4 * 6) - 4 + 20 * 4 * 3, records.Count);
        var loss = records.First(record => Encoding.UTF8.GetString(record).Contains("loss/south", StringComparison.Ordinal));
        Assert.Equal((0x10, 0), (loss[9], loss[10]));
        Assert.Equal((float)store.Rounds()[0].Sites[1].Loss, BinaryPrimitives.ReadSingleLittleEndian(loss.AsSpan(loss.Length - 4)));
    }

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(EventFile.MaskedCrc(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(EventFile.MaskedCrc(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += length + 16;
        }
    }
}
