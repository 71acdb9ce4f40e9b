using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Tests.Federation;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>The site behind a stream over TLS that it opened.</summary>
public sealed class RemoteSiteTests : SiteConformance
{
    private protected override async Task<IAsyncDisposable> BeginAsync(MadeStudy study, Action<ISite> site)
    {
        var network = await JoinedSite.StartAsync(study);
        site(network.Remote);
        return network;
    }

    /// <summary>The connection breaks while the site trains, or when it has and the server does not know it: it is mended, and nothing is done twice.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_cutAroundTraining_isMendedAndTrainsOnce(bool afterTraining)
    {
        var (hash, trainings, connections) = await TrainOverACutAsync(afterTraining);
        using var alone = new MadeStudy(MadeStudy.Run("fedavg"));
        Assert.Equal((await alone.Sites[0].TrainAsync(Start(alone), CancellationToken.None)).Parts.Hash(), hash);
        Assert.Equal(1, trainings);
        Assert.True(connections > 1);
    }

    /// <summary>The test above would notice a site that does again what comes again.</summary>
    [Fact]
    public async Task Connection_cut_withoutTheReplayGuard_trainsTwice()
    {
        Guards.Disabled = Guards.Replay;
        try
        {
            Assert.Equal(2, (await TrainOverACutAsync(afterTraining: true)).Trainings);
        }
        finally
        {
            Guards.Disabled = null;
        }
    }

    private static RoundStart Start(MadeStudy study) => new(study.Key(0), study.Study.InitialOf(study.Study.SiteParts));

    private static async Task<(string Hash, int Trainings, int Connections)> TrainOverACutAsync(bool afterTraining)
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var (trainings, joined) = (0, (JoinedSite?)null);
        Exception? Cut(bool now)
        {
            if (now && trainings == 1) joined!.Proxy!.Cut();
            return null;
        }

        var site = new LosingSite(study.Sites[0])
        {
            BeforeTraining = _ =>
            {
                trainings++;
                return Cut(!afterTraining);
            },
            AfterTraining = _ => Cut(afterTraining),
        };
        await using (joined = await JoinedSite.StartAsync(study, site: site))
        {
            var update = await joined.Remote.TrainAsync(Start(study), CancellationToken.None);
            return (update.Parts.Hash(), trainings, joined.Proxy!.Connections);
        }
    }

    /// <summary>The site's stream ends, nothing of the update is taken, and its next process trains as if there had been none.</summary>
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(257)]
    public async Task Update_withANumberThatNoTrainingMakes_isRefused(float number)
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var joined = await JoinedSite.ServeAsync(study);
        var training = joined.Remote.TrainAsync(Start(study), CancellationToken.None);
        using (var bad = await joined.Raw().WelcomeAsync())
        {
            await bad.UpdateAsync((await bad.TrainOrderAsync(study.Study)).Number, Spoilt(Start(study).Global, number));
            Assert.Equal(Sentence, (await bad.RefusalAsync()).Message);
        }
        await joined.JoinAsync(study.Sites[0]);
        Assert.False((await Assert.ThrowsAsync<SiteLostException>(() => training)).IsGone);
        using var alone = new MadeStudy(MadeStudy.Run("fedavg"));
        Assert.Equal((await alone.Sites[0].TrainAsync(Start(alone), CancellationToken.None)).Parts.Hash(), (await joined.Remote.TrainAsync(Start(study), CancellationToken.None)).Parts.Hash());
    }

    public static TheoryData<string, Action<TensorHeader>, string> WrongHeaders => new()
    {
        { "type", h => h.Type = DataType.Float16, "Tensor 'head.down0.conv1.weight' has type Float16, the study's is Float32." },
        { "rank", h => h.Shape.Add(1), "Tensor 'head.down0.conv1.weight' has shape [2,1,3,3,1], the study's is [2,1,3,3]." },
        { "shape with the same bytes", h => (h.Shape[0], h.Shape[1]) = (1, 2), "Tensor 'head.down0.conv1.weight' has shape [1,2,3,3], the study's is [2,1,3,3]." },
        { "length", h => h.Bytes--, "Tensor 'head.down0.conv1.weight' announces 71 bytes, its shape and type take 72." },
        { "layout", h => h.Layout = TensorLayout.ChannelsLast, "Tensor 'head.down0.conv1.weight' has memory layout ChannelsLast, the study's is Contiguous." },
        { "name", h => h.Name = "body.down1.conv1.weight", "A tensor is named 'body.down1.conv1.weight' where 'head.down0.conv1.weight' must come." },
    };

    [Theory]
    [MemberData(nameof(WrongHeaders))]
    public Task Update_withAHeaderOtherThanTheStudys_isRefused(string what, Action<TensorHeader> change, string sentence) =>
        RefusedStream.AssertAsync(what, sentence, async (stream, order, first) =>
        {
            await stream.AnnounceAsync(order);
            await stream.HeaderAsync(first, change);
        });

    [Fact]
    public Task Update_thatEndsInsideATensor_isRefused() => RefusedStream.AssertAsync("truncated", "Tensor 'head.down0.conv1.weight' ends after 40 of 72 bytes.", async (stream, order, first) =>
    {
        await stream.AnnounceAsync(order);
        await stream.HeaderAsync(first);
        await stream.ChunkAsync(40);
        await stream.EndAsync();
    });

    /// <summary>What an optimizer keeps travels to the next site in a relay.</summary>
    [Fact]
    public async Task OptimizerState_withANumberThatNoTrainingMakes_isRefused()
    {
        using var study = new MadeStudy(MadeStudy.Run("split"));
        await using var joined = await JoinedSite.ServeAsync(study);
        _ = joined.Remote.TrainAsync(Start(study) with { Travelling = [] }, CancellationToken.None);
        using var bad = await joined.Raw().WelcomeAsync();
        var order = await bad.TrainOrderAsync(study.Study);
        var moments = Spoilt(Start(study).Global, float.NaN).Named().First();
        await bad.UpdateAsync(order.Number, Start(study).Global, moments with { Name = moments.Name + ".moment" });
        Assert.Contains("not finite or beyond 1E+12", (await bad.RefusalAsync()).Message, StringComparison.Ordinal);
    }

    /// <summary>A site looks at what it has trained before it sends it.</summary>
    [Fact]
    public async Task Site_whoseTrainingDiverged_saysSoInstead()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var diverged = new LosingSite(study.Sites[0]) { Delivered = update => update with { Parts = Spoilt(update.Parts, float.NaN) } };
        await using var joined = await JoinedSite.StartAsync(study, site: diverged);
        Assert.Equal("Site 'north': " + Sentence, (await Assert.ThrowsAsync<RosflException>(() => joined.Remote.TrainAsync(Start(study), CancellationToken.None))).Message);
        Assert.False(joined.Agent.IsCompleted);
    }

    [Fact]
    public async Task Site_givenAModelThatNoTrainingMakes_refusesIt()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var joined = await JoinedSite.StartAsync(study, site: new LosingSite(study.Sites[0]) { BeforeTraining = _ => new InvalidOperationException("It trains.") });
        _ = joined.Remote.TrainAsync(Start(study) with { Global = Spoilt(Start(study).Global, float.NaN) }, CancellationToken.None);
        Assert.Equal(Sentence, (await Assert.ThrowsAsync<RosflException>(() => joined.Agent)).Message);
    }

    private const string Sentence =
        "Tensor 'head.down0.conv1.weight' has a number that is not finite or beyond 256, the largest that may cross the network: training diverged; lower training.learningRate.";

    /// <summary>With one number of the head's first array another.</summary>
    private static Model Spoilt(Model model, float number)
    {
        var head = model[PartName.Head];
        var first = head.Arrays[0] with { Values = [number, .. head.Arrays[0].Values.Skip(1)] };
        return model.With(new(new Dictionary<PartName, Weights> { [PartName.Head] = head with { Arrays = [first, .. head.Arrays.Skip(1)] } }));
    }

    [Fact]
    public async Task Site_withAnotherManifest_isRefusedInASentence()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var refusal = await Assert.ThrowsAsync<RosflException>(() => JoinedSite.StartAsync(study, "another"));
        Assert.Equal(ExitCode.ManifestDiffers, refusal.Code);
        Assert.Contains("holds another manifest", refusal.Message, StringComparison.Ordinal);
    }
}
