using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>
/// A run's scalars as a TensorBoard event file: records of length, masked CRC32C, a protobuf <c>Event</c>, masked CRC32C (the TFRecord
/// format). Written by hand, because it is four fields and the report shall not load libtorch.
/// </summary>
public static class EventFile
{
    /// <summary>Writes <c>tensorboard/events.out.tfevents.*</c> into the run folder, one file that replaces the one before.</summary>
    public static void Write(RunFolder folder, RunStore store)
    {
        var start = new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(folder.Path, "run.json"))).ToUnixTimeSeconds();
        var rounds = store.Rounds();
        var ends = rounds.Select((round, i) => start + rounds.Take(i + 1).Sum(earlier => earlier.Seconds)).ToList();
        AtomicFile.Write(Path.Combine(folder.Path, "tensorboard", $"events.out.tfevents.{start}.rosfl"), stream =>
        {
            Record(stream, Event(start, 0, [0x1A, .. Prefixed("brain.Event:2"u8.ToArray())]));
            foreach (var (round, end) in rounds.Zip(ends))
                foreach (var (tag, value) in Scalars(round))
                    Record(stream, Event(end, round.Round, Summary(tag, value)));
            foreach (var scored in store.Scores("validation").Where(score => score.Case != "pooled" && score.Round < ends.Count).GroupBy(score => (score.Round, score.Metric, score.Site, score.Model)))
                Record(stream, Event(scored.Key.Round < 0 ? start : ends[scored.Key.Round], scored.Key.Round, Summary(Tag(scored.Key), Spread.Of(scored.Select(score => score.Value)).Mean)));
        });
    }

    /// <summary>The checksum of the TFRecord format: CRC32C, rotated and offset.</summary>
    public static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static string Tag((int Round, string Metric, string Site, string Model) score) =>
        $"validation/{score.Metric}/{score.Site}{(score.Model == "global" ? "" : $"/model-{score.Model}")}";

    private static IEnumerable<(string Tag, double Value)> Scalars(RoundRecord round) =>
    [
        ("learning-rate", round.LearningRate), ("alpha", round.Alpha), ("seconds", round.Seconds),
        ("correction/head", round.CorrectionHead), ("correction/body", round.CorrectionBody), ("correction/tail", round.CorrectionTail),
        .. round.Sites.SelectMany(site => new (string, double)[]
        {
            ($"loss/{site.Site}", site.Loss), ($"bytes-up/{site.Site}", site.BytesUp), ($"bytes-down/{site.Site}", site.BytesDown),
            ($"drift-head/{site.Site}", site.DriftHead), ($"drift-body/{site.Site}", site.DriftBody), ($"drift-tail/{site.Site}", site.DriftTail),
        }.Where(scalar => !double.IsNaN(scalar.Item2))),
    ];

    /// <summary>Event: 1 wall_time double, 2 step int64, then <paramref name="what"/> (3 file_version or 5 summary).</summary>
    private static byte[] Event(double wallTime, long step, byte[] what)
    {
        var time = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(time, wallTime);
        return [0x09, .. time, 0x10, .. Varint((ulong)step), .. what];
    }

    /// <summary>Event field 5, Summary field 1, Value: 1 tag string, 2 simple_value float.</summary>
    private static byte[] Summary(string tag, double value)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, (float)value);
        byte[] scalar = [0x0A, .. Prefixed(Encoding.UTF8.GetBytes(tag)), 0x15, .. number];
        return [0x2A, .. Prefixed([0x0A, .. Prefixed(scalar)])];
    }

    private static byte[] Prefixed(byte[] bytes) => [.. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    private static void Record(Stream stream, byte[] data)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc(head[..8]));
        stream.Write(head);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(head, MaskedCrc(data));
        stream.Write(head[..4]);
    }
}
