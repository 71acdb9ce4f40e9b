using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>
/// What comes again or too late at the aggregation server is answered with where the study stands and changes nothing: it crossed an abort, a new attempt or its own
/// answer on the wire, so that the stream goes on.
/// </summary>
public sealed class LateMessagesTests : IAsyncLifetime
{
    private readonly MadeStudy study = new(MadeStudy.Run("fedavg"));
    private readonly List<int> steps = [];
    private readonly List<string> told = [];
    private JoinedSite server = null!; // both set before each test, by xunit
    private RawSite site = null!;

    public async ValueTask InitializeAsync()
    {
        server = await JoinedSite.ServeAsync(study, onStep: step => steps.Add(step.Step));
        site = await server.Raw().WelcomeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        site.Dispose();
        await server.DisposeAsync();
        study.Dispose();
    }

    [Fact]
    public async Task Reply_sentTwice_isTakenOnceAndAnsweredTwice()
    {
        await TrainedAsync(1, 2);
        var finish = server.Remote.FinishAsync(null, CancellationToken.None);
        var order = (await site.OrderAsync()).Number;
        await site.ReplyAsync(new() { Command = order, Done = true });
        await finish;
        await site.ReplyAsync(new() { Command = order, Failure = new() { ExitCode = (int)ExitCode.InvalidData, Message = "late" } });
        await StandsAsync("The answer to order 2 of site 'north' came again or too late: the server stands at round 2 of study 'run', attempt 2, and waits for no answer.", newest: 2, open: []);
        await GoesOnAsync();
    }

    /// <summary>The site had trained when it was told that the attempt is given up.</summary>
    [Fact]
    public async Task Update_thatCrossesAnAbort_isNotTaken()
    {
        using var givenUp = new CancellationTokenSource();
        var training = server.Remote.TrainAsync(Start(1, 2), givenUp.Token);
        var order = (await site.TrainOrderAsync(study.Study)).Number;
        await givenUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
        await server.Remote.AbortAsync(Start(1, 2).Key, CancellationToken.None);
        await site.UpdateAsync(order, Start(1, 2).Global);
        var abort = await site.OrderAsync();
        Assert.True(abort.Abort);
        await StandsAsync("The answer to order 1 of site 'north' came again or too late: the server stands at round 2 of study 'run', attempt 2, and waits for no answer.", newest: 2, open: []);
        await site.ReplyAsync(new() { Command = abort.Number, Done = true }); // for which nobody waits
        await GoesOnAsync();
    }

    [Fact]
    public async Task Step_thatWasShownBefore_isNotCounted()
    {
        var training = server.Remote.TrainAsync(Start(1, 2), CancellationToken.None);
        var order = (await site.TrainOrderAsync(study.Study)).Number;
        foreach (var step in new[] { 1, 1, 0 }) await site.StepAsync(step);
        foreach (var step in new[] { 1, 0 })
        {
            var at = await StandsAsync(
                $"Step {step} (round 2 of study 'run', attempt 2) of site 'north' came again or too late: the server stands at round 2 of study 'run', attempt 2, and waits for the answer to order 1.", newest: 1, open: [1]);
            Assert.Equal(2, at.Step); // is due
        }
        await site.StepAsync(2);
        await site.UpdateAsync(order, Start(1, 2).Global);
        await training;
        Assert.Equal([1, 2], steps);
        await GoesOnAsync();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0, 7)]
    public async Task Step_ofAnEarlierAttempt_isRefusedWithWhereTheStudyStands(int round, int attempt)
    {
        var training = server.Remote.TrainAsync(Start(1, 2), CancellationToken.None);
        var order = (await site.TrainOrderAsync(study.Study)).Number;
        await site.StepAsync(0, at => (at.Round, at.Attempt) = (round, attempt));
        await StandsAsync(
            $"Step 0 (round {round + 1} of study 'run', attempt {attempt}) of site 'north' came again or too late: the server stands at round 2 of study 'run', attempt 2, and waits for the answer to order 1.", newest: 1, open: [1]);
        await site.UpdateAsync(order, Start(1, 2).Global);
        await training;
        Assert.Empty(steps);
        await GoesOnAsync();
    }

    /// <summary>A site that leaves unread what it is told may say what it likes again: what the server has still to say to it stays small.</summary>
    [Fact]
    public async Task Steps_withoutEnd_areAnsweredWhileTheSiteReads()
    {
        await TrainedAsync(1, 2);
        for (var i = 0; i < 1000; i++) await site.StepAsync(0);
        var finish = server.Remote.FinishAsync(null, CancellationToken.None);
        SiteCommand? order = null;
        while (order is null) order = (await site.Reader.ControlAsync(default))!.Command;
        await site.ReplyAsync(new() { Command = order.Number, Done = true });
        await finish;
        Assert.Empty(steps);
    }

    private RoundStart Start(int round, int attempt) => new(study.Key(round) with { Attempt = attempt }, study.Study.InitialOf(study.Study.SiteParts));

    private async Task TrainedAsync(int round, int attempt)
    {
        var training = server.Remote.TrainAsync(Start(round, attempt), CancellationToken.None);
        await site.UpdateAsync((await site.TrainOrderAsync(study.Study)).Number, Start(round, attempt).Global);
        await training;
    }

    /// <summary>The server answers this, at round 2, attempt 2.</summary>
    private async Task<Position> StandsAsync(string sentence, long newest, long[] open)
    {
        var message = await site.StandingAsync();
        Assert.Equal((sentence, newest), (message.Standing.Sentence, message.Standing.Newest));
        Assert.Equal(open, message.Standing.Open);
        Assert.Equal((study.Study.Id, "north", 1, 2), (message.Position.Study, message.Position.Site, message.Position.Round, message.Position.Attempt));
        told.Add(sentence);
        return message.Position;
    }

    /// <summary>The next order finds the site on the same stream, and what was refused is on record.</summary>
    private async Task GoesOnAsync()
    {
        await TrainedAsync(1, 3);
        Assert.Equal(3, site.At.Attempt);
        Assert.Equal(told, server.Refusals);
    }
}
