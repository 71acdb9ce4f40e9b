using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>What a site's process does with what the aggregation server says of where the study stands, and with messages that are not its own.</summary>
public sealed class SiteStandsTests
{
    /// <summary>The server gave up waiting for a training that would take days; the site hears so at its next step, and does what comes next.</summary>
    [Fact]
    public async Task Site_whoseTrainingNobodyWaitsFor_givesItUp()
    {
        JoinedSite? joined = null;
        var (begun, notices) = (new TaskCompletionSource(), new List<string>());
        var run = MadeStudy.Run("fedavg");
        using var study = new MadeStudy(run with { Training = run.Training with { Epochs = 100_000 } }, (site, items) => new SteppingItems(items, step => joined!.Stepped(new(0, site, step, [], 1))));
        await using (joined = await JoinedSite.ServeAsync(study, onStep: _ => begun.TrySetResult()))
        {
            await joined.JoinAsync(study.Sites[0], notice: notices.Add);
            using var patience = new CancellationTokenSource();
            var start = new RoundStart(study.Key(0), study.Study.InitialOf(study.Study.SiteParts));
            var training = joined.Remote.TrainAsync(start, patience.Token);
            await begun.Task;
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
            Assert.Equal(start.Global.Hash(), (await joined.Remote.InitialAsync(CancellationToken.None)).Hash());
        }
        Assert.Matches(@"^Step \d+ \(round 1 of study 'run', attempt 1\) of site 'north' came again or too late: the server stands at ", notices[0]);
    }

    public static TheoryData<string> Strangers => ["study", "site", "none"];

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Order_thatIsNotTheSites_isRefused(string what)
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var joined = await JoinedSite.ServeAsync(study);
        var trained = false;
        await joined.JoinAsync(new LosingSite(study.Sites[0]) { BeforeTraining = Begin }, between: new ChangedOrders(message => Change(message, what)));
        _ = joined.Remote.TrainAsync(new RoundStart(study.Key(0), study.Study.InitialOf(study.Study.SiteParts)), CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<RosflException>(() => joined.Agent);
        Assert.Equal(what == "none" ? "A message came without a position: update the program at the other end."
            : "A message came for another study or site than its stream's, site 'north' of study 'run': a party speaks for itself alone.", refusal.Message);
        Assert.False(trained);

        Exception? Begin(RoundStart start)
        {
            trained = true;
            return null;
        }
    }

    private static void Change(ServerMessage message, string what)
    {
        if (what == "study") message.Position.Study = "other";
        if (what == "site") message.Position.Site = "east";
        if (what == "none") message.Position = null;
    }

    /// <summary>Tells of each batch that it gives, as of a step.</summary>
    private sealed class SteppingItems(ITrainingItems items, Action<int> stepped) : ITrainingItems
    {
        private int steps;

        public int TrainingItems => items.TrainingItems;

        public Batch Batch(IReadOnlyList<int> taken, long seed)
        {
            stepped(steps++);
            return items.Batch(taken, seed);
        }
    }
}
