using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>What costs a server memory or connections without any legal message; the sites go on beside it.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    private readonly TorchThread thread = new("site", 1);
    private BodyServerHost server = null!; // set before the first test, by xunit

    public async ValueTask InitializeAsync() => server = await BodyServerHost.StartAsync(new BodyLimits { StreamsPerSite = 2 });

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        thread.Dispose();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Bomb_ofCompression_isRefusedPacked(string encoding)
    {
        const int unpacked = 64 << 20;
        using var client = new HttpClient(server.Credentials(LinkedStudy.Site).NewHandler(PartyRole.ComputationServer, "body"));
        using var content = new ByteArrayContent(Message(Packed(unpacked, encoding)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, BodyService.Method.FullName)) { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("grpc-encoding", encoding);
        request.Headers.Add("te", "trailers");

        var before = GC.GetTotalAllocatedBytes();
        using var response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        var status = response.TrailingHeaders.Concat(response.Headers).First(h => h.Key == "grpc-status").Value.Single();
        Assert.Equal("12", status); // unimplemented
        Assert.True(GC.GetTotalAllocatedBytes() - before < unpacked / 8);
    }

    /// <summary>As many again as the server holds are hung up on at once, long before the handshake's limit ends the others.</summary>
    [Fact]
    public async Task Connections_beyondTheMost_areHungUpOn()
    {
        await using var patient = await BodyServerHost.StartAsync(new BodyLimits { HandshakeSeconds = TimeSpan.SecondsPerDay });
        using var idle = new IdleConnections(2 * WireServer.MostConnections);
        await idle.ConnectAsync(patient.Address);
        await idle.HungUpAsync(WireServer.MostConnections);
        Assert.Equal(WireServer.MostConnections, idle.Open);
    }

    /// <summary>Connections that take every place are hung up on by the handshake's limit, after which a site trains.</summary>
    [Fact]
    public async Task Connections_thatStayIdle_doNotKeepASiteOut()
    {
        await using var full = await BodyServerHost.StartAsync(new BodyLimits { HandshakeSeconds = 2 });
        using var idle = new IdleConnections(WireServer.MostConnections);
        await idle.ConnectAsync(full.Address);
        await TrainsAsync(full);
        await idle.HungUpAsync(WireServer.MostConnections);
    }

    [Fact]
    public async Task Streams_beyondASitesShare_areRefused()
    {
        await using var linked = await LinkedStudy.ServedAsync(thread, BodyLinkConformance.Run(BodyLinkConformance.Plain), server);
        await linked.BeginAsync();
        static void Inference(BodyRequest request) => request.Hello.Training = false; // training streams of one attempt replace each other
        using var first = await RawStream.OpenAsync(server, linked, Inference);
        using var second = await RawStream.OpenAsync(server, linked, Inference);
        using (var third = new RawStream(server, linked))
        {
            await third.HelloAsync(Inference);
            Assert.Equal("Site 'north' has 2 streams open, and 2 is the most: end one first.", (await third.RefusalAsync()).Refusal.Message);
        }
        await second.EndAsync();
        while (await second.Reader.ControlAsync(default) is not null) { }
        using var fourth = await RawStream.OpenAsync(server, linked, Inference);
    }

    private async Task TrainsAsync(BodyServerHost server)
    {
        var run = BodyLinkConformance.Run(BodyLinkConformance.Plain);
        await using var linked = await LinkedStudy.ServedAsync(thread, run, server);
        await using var undisturbed = await LinkedStudy.LocalAsync(thread, run);
        var expected = await undisturbed.TrainAsync(thread, 2, BodyLinkConformance.Plain.Space);
        Assert.Equal(expected.Hash(), (await linked.TrainAsync(thread, 2, BodyLinkConformance.Plain.Space)).Hash());
    }

    /// <summary>Zeros, a thousand times smaller.</summary>
    private static byte[] Packed(int length, string encoding)
    {
        using var memory = new MemoryStream();
        using (Stream packer = encoding == "gzip" ? new GZipStream(memory, CompressionLevel.Fastest) : new ZLibStream(memory, CompressionLevel.Fastest))
            for (var i = 0; i < length; i += 1 << 20) packer.Write(new byte[1 << 20]);
        return memory.ToArray();
    }

    /// <summary>With gRPC's five bytes in front: compressed, length.</summary>
    private static byte[] Message(byte[] packed)
    {
        var message = new byte[packed.Length + 5];
        message[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), packed.Length);
        packed.CopyTo(message, 5);
        return message;
    }
}
