using CsCheck;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Wire;

/// <summary>Whatever bytes come, a reader gives the tensor that it expects, bit for bit, or one of our refusals; never another error, never more memory.</summary>
public sealed class TensorFrameFuzzTests
{
    private static readonly long[] Shape = [2, 3, 4];

    /// <summary>Messages that were, or could have been, trouble: empty, unknown kinds, cut varints, wrong wire types, lengths that lie.</summary>
    public static TheoryData<string> Corpus =>
    [
        "", "00", "04", "ff", "01", "01ff", "010aff", "0108", "02", "0208", "0220ffffffffffffffffff01", "021a08ffffffffffffffff", "021a0480808080", "0228ffffffff0f",
        "030000", "03", "020a0178100122020304206028", "0112ffffffff07", "01f2ffffff0f00",
    ];

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task Message_ofTheCorpus_isRefusedOrRead(string hex) => await ReadAsync([Convert.FromHexString(hex)], piece: 1);

    [Fact]
    public void Messages_ofRandomBytes_areRefused() =>
        Gen.Select(Gen.Byte.Array[0, 60].Array[0, 5], Gen.Int[1, 7]).Check(20_000, t => Assert.Null(ReadAsync(t.Item1, t.Item2).GetAwaiter().GetResult()));

    [Fact]
    public void Tensor_withAByteChanged_isReadOrRefused() =>
        Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[1, 50], Gen.Int[1, 9]).Check(20_000, t =>
        {
            var messages = Legal(chunk: t.Item3);
            var (at, message) = (t.Item1, 0);
            while (message < messages.Count - 1 && at >= messages[message].Length) at -= messages[message++].Length;
            messages[message][at % messages[message].Length] = t.Item2;
            var read = ReadAsync(messages, t.Item4).GetAwaiter().GetResult();
            Assert.True(read is null || read.Values.Length == 24);
        });

    [Fact]
    public void Tensor_inAnyChunksAndPieces_isReadToTheBit() =>
        Gen.Select(Gen.Int[1, 96], Gen.Int[1, 20]).Check(2_000, t =>
            Assert.True(ReadAsync(Legal(t.Item1), t.Item2).GetAwaiter().GetResult()!.Values.AsSpan().SequenceEqual(Values())));

    [Fact]
    public void Tensor_withMessagesDroppedOrDoubled_isRefused() =>
        Gen.Select(Gen.Int[0, 4], Gen.Bool).Check(200, t =>
        {
            var messages = Legal(chunk: 32);
            if (t.Item2) messages.RemoveAt(t.Item1);
            else messages.Insert(t.Item1, messages[t.Item1]);
            Assert.Null(ReadAsync(messages, 64).GetAwaiter().GetResult());
        });

    private static float[] Values() => [.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i))];

    /// <summary>A control message, a header and chunks.</summary>
    private static List<byte[]> Legal(int chunk)
    {
        var bytes = new ArrayBytes(Values()).Memory;
        List<byte[]> messages = [RawFrames.Bytes(TensorFrame<Position>.Of(new Position { Study = "s", Step = 3 })),
            RawFrames.Bytes(TensorFrame<Position>.Of(new TensorSpec("x", DataType.Float32, Shape).Header()))];
        for (var at = 0; at < bytes.Length; at += chunk) messages.Add(RawFrames.Bytes(TensorFrame<Position>.Of(bytes.Slice(at, Math.Min(chunk, bytes.Length - at)))));
        return messages;
    }

    /// <summary>The tensor, or null where the messages are refused; anything but a refusal fails the test.</summary>
    private static async Task<NamedArray?> ReadAsync(IReadOnlyList<byte[]> messages, int piece)
    {
        var reader = new TensorFrameReader<Position>(new RawFrames(messages, piece));
        try
        {
            if (await reader.ControlAsync(default) is null) return null;
            var array = await reader.ArrayAsync("x", Shape, default);
            // a chunk too many is found by whoever reads on
            return await reader.ControlAsync(default) is null ? array : null;
        }
        catch (RosflException refusal) when (refusal.Code == ExitCode.Protocol)
        {
            return null;
        }
    }
}
