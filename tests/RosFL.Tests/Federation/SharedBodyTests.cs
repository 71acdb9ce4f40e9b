using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>SplitFed V2's sites take turns in the order drawn for each step, and nobody waits for a site that is gone.</summary>
public sealed class SharedBodyTests
{
    private static readonly string[] Names = ["north", "east", "south"];

    /// <summary>After which a test gives up on somebody who waits for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task SharedBody_withUnequalSites_takesTurnsInTheDrawnOrder()
    {
        using var study = new MadeStudy(MadeStudy.Run("splitfed-v2") with { Rounds = 2 });
        await study.RunAsync();
        var steps = new Dictionary<string, int> { ["north"] = 3, ["east"] = 2, ["south"] = 2 };
        var expected = from round in Enumerable.Range(0, 2)
                       from step in Enumerable.Range(0, 3)
                       from site in Drawn(round, step)
                       where step < steps[site]
                       select site;
        Assert.Equal(expected, study.Turns);
    }

    /// <summary>A site that fails in its first or second step ends the round for all: nobody waits for its turn, and the round does not count.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task SharedBody_whenASiteFails_endsTheRoundForAll(int failingBatch)
    {
        using var study = new MadeStudy(MadeStudy.Run("splitfed-v2"), (name, items) => name == "north" ? new FailingItems(items, failingBatch) : items);
        await Assert.ThrowsAsync<IOException>(() => study.RunAsync().WaitAsync(Patience));
        Assert.Empty(study.Committed);
        Assert.Equal(RoundStage.Aborted, study.Ledger.StageOf(study.Key(0)));
    }

    [Fact]
    public async Task SharedBody_cancelledWhileASiteWaits_endsTheWaiting()
    {
        using var cancellation = new CancellationTokenSource();
        var study = new Study(MadeStudy.Run("splitfed-v2"));
        var bodies = new BodyHost(study);
        var key = new RoundKey(study.Id, 0, 1);
        await bodies.BeginAsync(new BodyRound(key, Names, null), cancellation.Token);
        var late = Drawn(0, 0)[^1];
        using var thread = new TorchThread("torch", 1);
        var waiting = thread.RunAsync(() =>
        {
            using var link = bodies.Open(new BodyOrder(key, late, Training: true));
            using var smashed = TorchSharp.torch.zeros(1, 2, 6, 6);
            link.Forward(smashed, new StepTime(0, 0, 1)).Dispose();
        });
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    private static string[] Drawn(int round, int step)
    {
        var order = Names.ToArray();
        Seeds.Random(StudySeeds.OfRun(1).Bodies.For("turns", round, step)).Shuffle(order);
        return order;
    }
}
