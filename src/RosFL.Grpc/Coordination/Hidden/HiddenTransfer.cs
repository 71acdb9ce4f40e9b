using Google.Protobuf;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>Long byte strings between the aggregation server and a site, in parts that fit a message.</summary>
internal static class HiddenTransfer
{
    /// <summary>At the site: the part from a byte on.</summary>
    /// <exception cref="RosflException">There is no such byte.</exception>
    public static HiddenReply Part(ReadOnlySpan<byte> all, long from)
    {
        if (from < 0 || from > all.Length) throw new RosflException(ExitCode.Protocol, $"The aggregation server asked from byte {from} of {all.Length}: update it.");
        var part = all[(int)from..];
        return new() { Part = new HiddenBytes { From = from, Bytes = ByteString.CopyFrom(part[..Math.Min(part.Length, MergeTraffic.PartBytes)]), Total = all.Length } };
    }

    /// <summary>At the server: asks for part after part.</summary>
    /// <param name="of">The attempt to which they belong.</param>
    /// <param name="order">Asks for the part from a byte on.</param>
    /// <exception cref="RosflException">A part is empty or is not the one that was asked for.</exception>
    public static async Task PullAsync(RemoteSite site, RoundKey of, Func<long, HiddenOrder> order, Action<ReadOnlyMemory<byte>> take, CancellationToken cancellation)
    {
        for (long at = 0, total = long.MaxValue; at < total;)
        {
            var part = (await site.ExchangeAsync(of, order(at), cancellation)).Part;
            if (part is null || part.From != at || part.Bytes.IsEmpty) throw new RosflException(ExitCode.Protocol, $"Site '{site.Name}' did not go on from byte {at}: update its program.");
            take(part.Bytes.Memory);
            (at, total) = (at + part.Bytes.Length, part.Total);
        }
    }

    /// <summary>At the server: sends part after part, without a copy of its own for each site; the bytes must not change meanwhile.</summary>
    public static async Task PushAsync(RemoteSite site, RoundKey of, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        for (var at = 0; at < bytes.Length; at += MergeTraffic.PartBytes)
            await site.ExchangeAsync(of, new HiddenOrder
            {
                Incoming = new HiddenBytes { From = at, Bytes = UnsafeByteOperations.UnsafeWrap(bytes.Slice(at, Math.Min(MergeTraffic.PartBytes, bytes.Length - at))), Total = bytes.Length },
            }, cancellation);
    }
}
