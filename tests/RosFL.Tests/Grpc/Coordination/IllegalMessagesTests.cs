using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Tests.Federation;
using RosFL.Tests.Grpc.Coordination.Hidden;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>What a site could never have had a reason to say ends its stream at the aggregation server, in one sentence and with nothing taken.</summary>
public sealed class IllegalMessagesTests
{
    private const string Elsewhere = "A message came for another study or site than its stream's, site 'north' of study 'run': a party speaks for itself alone.";
    private const string Stands = "the server stands at round 2 of study 'run', attempt 2: update its program.";

    private static readonly SiteReply Done = new() { Done = true };

    private static readonly List<(string What, string Sentence, Func<RawSite, long, NamedArray, Task> Send)> All =
    [
        ("another site inside", Elsewhere, (site, _, _) => site.StepAsync(0, at => at.Site = "east")),
        ("another study inside", Elsewhere, (site, _, _) => site.StepAsync(0, at => at.Study = "other")),
        ("no position", "A message came without a position: update the program at the other end.", (site, _, _) => site.Writer.ControlAsync(new() { Step = new() }, default)),
        ("nothing", "Site 'north' sent None where a reply or a step must come: update its program.", (site, _, _) => site.SayAsync(new())),
        ("second hello", "Site 'north' sent Hello where a reply or a step must come: update its program.", (site, _, _) => site.SayAsync(new() { Hello = new() })),
        ("reply of another kind", "Site 'north' answered order 1 with Done where Update is due: update its program.", (site, order, _) => site.ReplyAsync(Of(order, Done))),
        ("hidden reply", "Site 'north' answered order 1 with Hidden where Update is due: update its program.", (site, order, _) => site.ReplyAsync(new() { Command = order, Hidden = new() })),
        ("empty reply", "Site 'north' answered order 1 with None where Update is due: update its program.", (site, order, _) => site.ReplyAsync(new() { Command = order })),
        ("order never given", "Site 'north' answered order 2, and 1 is the newest: update its program.", (site, order, _) => site.ReplyAsync(Of(order + 1, Done))),
        ("order 0", "Site 'north' answered order 0, and 1 is the newest: update its program.", (site, _, _) => site.ReplyAsync(Of(0, Done))),
        ("reply of another attempt than its order", "Site 'north' answered order 1 as one of round 2 of study 'run', attempt 1, and it is of round 2 of study 'run', attempt 2: update its program.",
            (site, order, _) => site.ReplyAsync(Of(order, Done), at => at.Attempt = 1)),
        ("reply of a round that has not begun", $"Site 'north' sent a message of round 3 of study 'run', attempt 1, and {Stands}",
            (site, order, _) => site.ReplyAsync(Of(order, Done), at => (at.Round, at.Attempt) = (2, 1))),
        ("step of an attempt that has not begun", $"Site 'north' sent a message of round 2 of study 'run', attempt 3, and {Stands}", (site, _, _) => site.StepAsync(0, at => at.Attempt = 3)),
        ("step of a round that has not begun", $"Site 'north' sent a message of round 3 of study 'run', attempt 1, and {Stands}", (site, _, _) => site.StepAsync(0, at => (at.Round, at.Attempt) = (2, 1))),
        ("step behind the last", "Site 'north' sent step 3 of round 2 of study 'run', attempt 2, and its rounds have steps 0 to 2: update its program.", (site, _, _) => site.StepAsync(3)),
        ("step below 0", "Site 'north' sent step -1 of round 2 of study 'run', attempt 2, and its rounds have steps 0 to 2: update its program.", (site, _, _) => site.StepAsync(-1)),
        ("bytes without an update", "A chunk of 4 bytes came where no tensor was announced.", (site, _, _) => site.ChunkAsync(4)),
        ("tensor without an update", "A tensor came where a control message must come.", (site, _, first) => site.HeaderAsync(first)),
        ("bytes without a header", "A chunk of 4 bytes came where no tensor was announced.", async (site, order, _) =>
        {
            await site.AnnounceAsync(order);
            await site.ChunkAsync(4);
        }),
        ("more bytes than announced", "A chunk has 73 bytes where 72 are missing: a tensor has as many bytes as its header says.", async (site, order, first) =>
        {
            await site.AnnounceAsync(order);
            await site.HeaderAsync(first);
            await site.ChunkAsync(73);
        }),
        ("an optimizer's arrays where none travel", "Arrays travel with a model (1), and under 'fedavg' none do: update the program at the other end.",
            (site, order, first) => site.AnnounceAsync(order, first with { Name = first.Name + ".moment" })),
    ];

    public static TheoryData<string> Messages => [.. All.Select(message => message.What)];

    [Theory]
    [MemberData(nameof(Messages))]
    public Task Message_thatCouldNeverBeLegal_endsTheStream(string what)
    {
        var (_, sentence, send) = All.Single(message => message.What == what);
        return RefusedStream.AssertAsync(what, sentence, send);
    }

    [Fact]
    public async Task Message_largerThanAnyLegalOne_isRefusedUnread()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var server = await JoinedSite.ServeAsync(study);
        using var site = await server.RawOf(0, options => options.MaxSendMessageSize = null).WelcomeAsync();
        var sending = site.ReplyAsync(new() { Command = 1, Scores = new string('x', 2 << 20) });
        var ended = await Assert.ThrowsAsync<RpcException>(() => site.Reader.ControlAsync(default));
        Assert.Equal((StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."), (ended.StatusCode, ended.Status.Detail));
        await sending.ContinueWith(_ => { }, TaskScheduler.Default); // the call may have ended under it
        await server.JoinAsync(study.Sites[0]);
    }

    /// <summary>Under secure aggregation an update has no tensors: those that come in the clear are not read.</summary>
    [Fact]
    public async Task Parts_inTheClear_areRefusedUnderSecureAggregation()
    {
        using var study = new MadeStudy(HiddenNetwork.Run);
        await using var server = await JoinedSite.ServeAsync(study);
        using var site = await server.Raw().WelcomeAsync();
        var training = server.Remote.TrainAsync(new RoundStart(study.Key(0), Model.Empty), CancellationToken.None);
        await site.AnnounceAsync((await site.OrderAsync()).Number);
        await site.HeaderAsync(study.Study.InitialOf(study.Study.SiteParts).Named().First());
        Assert.Equal("A tensor came where a control message must come.", (await site.RefusalAsync()).Message);
        Assert.Empty((await training).Parts.Parts);
    }

    private static SiteReply Of(long order, SiteReply reply)
    {
        var one = reply.Clone();
        one.Command = order;
        return one;
    }
}
