namespace RosFL.Tests.Cli;

/// <summary>What must hold after any schedule of faults.</summary>
internal static class Unharmed
{
    public static void Assert(NetworkResult undisturbed, NetworkResult harmed, Chaos chaos)
    {
        Xunit.Assert.Equal(undisturbed.Models, harmed.Models);
        Xunit.Assert.Equal(undisturbed.Scores, harmed.Scores);
        Xunit.Assert.All(harmed.Parties, party => Xunit.Assert.Equal(harmed.Records, harmed.RecordsOf(party)));
        AssertAgreed(harmed, chaos);
    }

    /// <summary>What must hold also where sites may be left out: a party has no other records than the study's, and that of every round in which it counts.</summary>
    public static void AssertAgreed(NetworkResult harmed, Chaos chaos)
    {
        Xunit.Assert.Equal(chaos.Committed.Distinct(), chaos.Committed);
        foreach (var party in harmed.Parties)
        {
            var held = harmed.RecordsOf(party);
            Xunit.Assert.Equal(harmed.Records.Where(held.Contains), held);
            Xunit.Assert.DoesNotContain(harmed.Commits, c => !held.Contains(c.Hash) && (party == "computation-server" || c.Decision.Survivors.Any(s => s.Site == party)));
        }
        // no site reveals shares of one round for two sets of survivors
        Xunit.Assert.All(harmed.Parties, party => Xunit.Assert.All(harmed.RevealedBy(party), round => Xunit.Assert.Single(round)));
        AssertSteps(harmed);
        Xunit.Assert.Empty(NetworkOnLoopback.ProcessesOf(harmed.Folder));
    }

    /// <summary>Whether everything would hold, for schedules that are meant to do harm.</summary>
    public static bool Is(NetworkResult undisturbed, NetworkResult? harmed, Chaos chaos)
    {
        if (harmed is null) return false;
        try
        {
            Assert(undisturbed, harmed, chaos);
            return true;
        }
        catch (Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    /// <summary>Every optimizer, of head and tail at a site and of its body, took the steps that the records count and no other.</summary>
    private static void AssertSteps(NetworkResult harmed)
    {
        var acknowledged = harmed.Commits.SelectMany(c => c.Decision.Survivors).GroupBy(s => s.Site).ToDictionary(s => s.Key, s => s.Sum(one => (long)one.Steps));
        Xunit.Assert.Equal(harmed.StepsInStore, acknowledged);
        // a common body, or one that is passed on, has taken the steps of all; what a site passes on with it is not its own
        var taken = harmed.Parties.SelectMany(harmed.OptimizerStepsOf).ToLookup(one => one.Owner == "shared");
        Xunit.Assert.NotEmpty(taken[true].Concat(taken[false]));
        Xunit.Assert.All(taken[true], one => Xunit.Assert.Equal(acknowledged.Values.Sum(), one.Steps));
        if (!taken.Contains(true)) Xunit.Assert.All(taken[false], one => Xunit.Assert.Equal(acknowledged[one.Owner], one.Steps));
    }
}
