using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Grpc.Watching;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>What a server refuses on a stream of a site is on its record and counted, and the study goes on.</summary>
public sealed class RefusalsTests
{
    [Theory]
    [InlineData(HostedStudy.Computation, "Study 'another' is unknown to this computation server: check the study's id.")]
    [InlineData(HostedStudy.Aggregation, "This server runs no study of that name: correct the site's configuration.")]
    public async Task Stream_thatIsRefused_isInTheAuditLogAndCounted(string server, string sentence)
    {
        using var heard = new Listeners();
        using var study = new HostedStudy(sites: 2, rounds: 2);
        Task<string>? stray = null;
        var serving = study.ServeAsync(told =>
        {
            if (told is SimulationProgress.Stepped { Step: { Round: 0, Step: 0, Site: "hospital-1" } }) stray = StrayAsync();
        });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None))])) await ended;
        Assert.Equal(sentence, await stray!);
        await study.EndAsync();

        Assert.Contains(sentence, File.ReadLines(study.PartyOf(server).AuditLogPath).Select(line => StrictJson.Read<AuditLine>(line, "A line").Event.Sentence));
        Assert.Equal(1, heard.Of("rosfl.refusals").Sum(m => m.Value));

        async Task<string> StrayAsync()
        {
            study.Order.Give(OperatorWish.Pause); // or a quick machine would end all rounds before
            var (site, address) = (study.PartyOf("hospital-1"), study.Address(server));
            try
            {
                return await (server == HostedStudy.Computation ? StrayHello.AtBodiesAsync(site, address, "another") : StrayHello.AtRoundsAsync(site, address, "another"));
            }
            finally
            {
                study.Order.Give(OperatorWish.Run);
            }
        }
    }
}
