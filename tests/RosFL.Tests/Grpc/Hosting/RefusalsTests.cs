using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Grpc.Watching;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>What the computation server refuses on a stream of a site is on its record and counted, and the study goes on.</summary>
public sealed class RefusalsTests
{
    private const string Sentence = "Study 'another' is unknown to this computation server: check the study's id.";

    [Fact]
    public async Task Stream_thatIsRefused_isInTheAuditLogAndCounted()
    {
        using var heard = new Listeners();
        using var study = new HostedStudy(sites: 2, rounds: 2);
        Task<string>? stray = null;
        var serving = study.ServeAsync(told =>
        {
            if (told is SimulationProgress.Stepped { Step: { Round: 0, Step: 0, Site: "hospital-1" } }) stray = StrayHello.RefusedAsync(study.PartyOf("hospital-1"), study.Address(HostedStudy.Computation), "another");
        });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None))])) await ended;
        Assert.Equal(Sentence, await stray!);
        await study.EndAsync();

        Assert.Contains(Sentence, File.ReadLines(study.PartyOf(HostedStudy.Computation).AuditLogPath).Select(line => StrictJson.Read<AuditLine>(line, "A line").Event.Sentence));
        Assert.Equal(1, heard.Of("rosfl.refusals").Sum(m => m.Value));
    }
}
