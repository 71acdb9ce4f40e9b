using RosFL.Models;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>A site that comes after the end of its study, to a server process that goes on with other studies, is told so.</summary>
public sealed class LateSitesTests
{
    [Fact]
    public async Task Site_thatComesAfterTheEnd_ends()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var server = await JoinedSite.ServeAsync(study);
        server.Remote.LetGo(null);
        await server.JoinAsync(study.Sites[0]);
        await server.Agent.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(server.Refusals);
    }

    /// <summary>Whichever process of the site: the one that was killed before it kept what it was told comes again.</summary>
    [Fact]
    public async Task Site_isToldAtEveryComing_whatAModelCardSaysToo()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var server = await JoinedSite.ServeAsync(study);
        var record = new CommitRecord(new(study.Key(0), [new("north", 1, 0, 1)]), "", "", "");
        server.Remote.LetGo(new(new ModelFacts(study.Study.Id, 1, 0, [], []), record));
        for (var coming = 0; coming < 2; coming++)
        {
            using var site = await server.Raw().WelcomeAsync();
            Assert.NotEmpty((await site.OrderAsync()).End);
            Assert.True((await site.OrderAsync()).Finish);
        }
    }

    [Fact]
    public async Task Site_thatCameUntoldJustBeforeTheEnd_isToldThen()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        await using var server = await JoinedSite.StartAsync(study);
        server.Remote.LetGo(null);
        await server.Agent.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
