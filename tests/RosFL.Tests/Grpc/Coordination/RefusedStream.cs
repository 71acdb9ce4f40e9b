using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>
/// A site that is told to train and says something for which the server ends its stream: with one sentence, and with where the study stands. Another site's update is
/// taken meanwhile, and the site's next process trains as if there had been none before.
/// </summary>
internal static class RefusedStream
{
    /// <param name="send">Given the stream, the number of the order to train and the first array of an update.</param>
    public static async Task AssertAsync(string what, string sentence, Func<RawSite, long, NamedArray, Task> send)
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var start = new RoundStart(study.Key(1) with { Attempt = 2 }, study.Study.InitialOf(study.Study.SiteParts));
        await using var joined = await JoinedSite.ServeAsync(study);
        var (training, others) = (joined.Remote.TrainAsync(start, CancellationToken.None), joined.Remotes[1].TrainAsync(start, CancellationToken.None));
        using var other = await joined.RawOf(1).WelcomeAsync();
        var order = (await other.TrainOrderAsync(study.Study)).Number;
        using (var bad = await joined.Raw().WelcomeAsync())
        {
            await send(bad, (await bad.TrainOrderAsync(study.Study)).Number, start.Global.Named().First());
            var (refusal, stand) = await bad.RefusedAsync();
            Assert.True((ExitCode.Protocol, sentence) == (((RosflException)refusal).Code, refusal.Message), $"{what}: {refusal.Message}");
            Assert.Equal((study.Study.Id, joined.Remote.Name, 1, 2), (stand!.Study, stand.Site, stand.Round, stand.Attempt));
            Assert.Equal([sentence], joined.Refusals);
        }
        await other.UpdateAsync(order, start.Global);
        Assert.Equal(start.Global.Hash(), (await others).Parts.Hash());
        await joined.JoinAsync(study.Sites[0]);
        Assert.False((await Assert.ThrowsAsync<SiteLostException>(() => training)).IsGone);
        using var alone = new MadeStudy(MadeStudy.Run("fedavg"));
        Assert.Equal((await alone.Sites[0].TrainAsync(start, CancellationToken.None)).Parts.Hash(), (await joined.Remote.TrainAsync(start, CancellationToken.None)).Parts.Hash());
    }
}
