using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>What comes again, too late or for an order that nobody gave changes nothing at the aggregation server.</summary>
public sealed class LateMessagesTests
{
    [Fact]
    public async Task Reply_toNoOpenOrder_changesNothing()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var server = await JoinedSite.ServeAsync(study);
        using var site = await server.Raw().WelcomeAsync();
        var first = server.Remote.FinishAsync(CancellationToken.None);
        await site.ReplyAsync(Failed(await NumberAsync(site) + 1)); // not given yet
        await site.ReplyAsync(new() { Command = 1, Done = true });
        await first;
        var second = server.Remote.FinishAsync(CancellationToken.None);
        await site.ReplyAsync(Failed(1)); // answered already
        await site.ReplyAsync(new() { Command = await NumberAsync(site), Done = true });
        await second;
    }

    [Fact]
    public async Task Step_ofNoOpenTraining_isNotCounted()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var steps = new List<int>();
        await using var server = await JoinedSite.ServeAsync(study, onStep: step => steps.Add(step.Step));
        using var site = await server.Raw().WelcomeAsync();
        var training = server.Remote.TrainAsync(new RoundStart(study.Key(1) with { Attempt = 2 }, study.Study.InitialOf(study.Study.SiteParts)), CancellationToken.None);
        foreach (var (round, attempt, step) in new[] { (1, 2, 10), (1, 2, 10), (1, 2, 9), (1, 1, 11), (1, 3, 12), (0, 2, 13), (2, 2, 14), (1, 2, 15) })
            await site.Writer.ControlAsync(new SiteMessage { Step = new SiteStep { Round = round, Attempt = attempt, Step = step } }, default);
        await site.ReplyAsync(Failed(await NumberAsync(site)));
        await Assert.ThrowsAsync<RosflException>(() => training);
        Assert.Equal([10, 15], steps);
    }

    private static SiteReply Failed(long command) => new() { Command = command, Failure = new SiteFailure { ExitCode = (int)ExitCode.InvalidData, Message = "late" } };

    private static async Task<long> NumberAsync(RawSite site) => (await site.Reader.ControlAsync(default))!.Command.Number;
}
