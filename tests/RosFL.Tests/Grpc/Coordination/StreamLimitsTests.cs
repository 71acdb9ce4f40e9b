using Microsoft.Extensions.Time.Testing;
using RosFL.Federation;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Tests.Federation;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>What a site's streams may cost the aggregation server; sites go on beside it.</summary>
public sealed class StreamLimitsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private readonly MadeStudy study = new(MadeStudy.Run("fedavg"));
    private JoinedSite server = null!; // set before the first test, by xunit

    public async ValueTask InitializeAsync() => server = await JoinedSite.ServeAsync(study, new WireLimits { Time = time, SlowestBytesPerSecond = 1 << 20, StreamsPerSite = 1 });

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        study.Dispose();
    }

    [Fact]
    public async Task Stream_thatNeverSaysHello_isEnded()
    {
        using var silent = server.Raw();
        Assert.Equal("The site took longer than 10 s for its first message: check its connection, or raise limits in the server's configuration.", (await RefusalInTimeAsync(silent)).Message);
        await GoesOnAsync();
    }

    [Fact]
    public async Task Drip_ofAnUpdate_isEnded()
    {
        var training = server.Remote.TrainAsync(new RoundStart(study.Key(0), study.Study.InitialOf(study.Study.SiteParts)), CancellationToken.None);
        using (var dripping = await server.Raw().WelcomeAsync())
        {
            await dripping.AnnounceAsync((await dripping.TrainOrderAsync(study.Study)).Number);
            await dripping.HeaderAsync(study.Study.BlankOf(PartName.Head).Arrays[0] with { Name = "head.down0.conv1.weight" });
            Assert.StartsWith("The site took longer than 10 s for sending its parts", (await RefusalInTimeAsync(dripping)).Message, StringComparison.Ordinal);
        }
        await server.JoinAsync(study.Sites[0]);
        await Assert.ThrowsAsync<SiteLostException>(() => training);
        await GoesOnAsync();
    }

    [Fact]
    public async Task Streams_beyondASitesShare_areRefused()
    {
        using (var first = await server.Raw().WelcomeAsync())
        {
            using var second = server.Raw();
            await second.HelloAsync();
            Assert.Equal("Site 'north' has 1 streams open, and 1 is the most: end one first.", (await second.RefusalAsync()).Message);
            await first.EndAsync();
            while (await first.Reader.ControlAsync(default) is not null) { }
        }
        await GoesOnAsync();
    }

    [Theory]
    [InlineData(""" "helloSeconds": 0 """, "Option limits.helloSeconds is 0; it must be above 0 and at most 86400.")]
    [InlineData(""" "transferSeconds": 1e9 """, "Option limits.transferSeconds is 1000000000; it must be above 0 and at most 86400.")]
    [InlineData(""" "streamsPerSite": -1 """, "Option limits.streamsPerSite is -1; it must be above 0.")]
    [InlineData(""" "bytesInFlight": 0 """, "Option limits.bytesInFlight is 0; it must be above 0.")]
    public void Limits_outOfRange_areRefused(string member, string sentence)
    {
        var options = StrictJson.Read<ComputeOptions>($$"""{ "party": "", "listen": "", "folder": "", "studies": [], "limits": { {{member}} } }""", "Text");
        Assert.Equal(sentence, Assert.Throws<RosflException>(options.Limits!.Check).Message);
    }

    /// <summary>What the server says when a limit has passed.</summary>
    private async Task<Exception> RefusalInTimeAsync(RawSite site)
    {
        var refusal = site.RefusalAsync();
        await time.PassUntilAsync(TimeSpan.FromSeconds(1), () => refusal.IsCompleted);
        return await refusal;
    }

    /// <summary>A site trains, and joins before where it has not.</summary>
    private async Task GoesOnAsync()
    {
        if (!server.Remote.IsHere) await server.JoinAsync(study.Sites[0]);
        var start = new RoundStart(study.Key(0), study.Study.InitialOf(study.Study.SiteParts));
        using var alone = new MadeStudy(MadeStudy.Run("fedavg"));
        Assert.Equal((await alone.Sites[0].TrainAsync(start, CancellationToken.None)).Parts.Hash(), (await server.Remote.TrainAsync(start, CancellationToken.None)).Parts.Hash());
    }
}
