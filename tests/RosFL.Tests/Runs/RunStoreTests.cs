using Microsoft.Data.Sqlite;
using RosFL.Runs;

namespace RosFL.Tests.Runs;

public sealed class RunStoreTests
{
    internal static RoundRecord Round(int round, params string[] sites) => new(round, 1.5, 1e-3, 0.5, 0.1, 0.2, double.NaN, "m" + round, round == 0 ? "" : "h" + (round - 1), "h" + round,
        [.. sites.Select((site, i) => new SiteRound(site, 3, 12, 0.25 / (round + 1), 0.5, 1L << 40, 20 + i, 0.01, 0.02, double.NaN))]);

    /// <summary>Proves that a round comes back bit for bit after the store is opened again, sites in their order, NaN as NaN.</summary>
    [Fact]
    public void Commit_thenReopen_givesTheSameRounds()
    {
        using var folder = new TemporaryFolder();
        using (var store = RunStore.Open(folder["store.db"]))
        {
            store.Commit(Round(0, "south", "north"), "abc");
            store.Commit(Round(1, "south", "north"));
            store.AddEvent("resumed", "hello", 1);
        }

        using var again = RunStore.Open(folder["store.db"]);
        Assert.Equivalent(new[] { Round(0, "south", "north"), Round(1, "south", "north") }, again.Rounds(), strict: true);
        Assert.Equal("south", again.LastRound()!.Sites[0].Site);
        Assert.Equal("abc", again.CheckpointHashes()[0]);
        Assert.Equal(("resumed", "hello", 1), again.Events().Select(e => (e.Kind, e.Message, e.Round!.Value)).Single());
    }

    /// <summary>Proves that a round that fails half-way leaves nothing behind, and that no round is committed twice or out of order.</summary>
    [Fact]
    public void Commit_thatFails_leavesTheLastRoundWhole()
    {
        using var folder = new TemporaryFolder();
        using var store = RunStore.Open(folder["store.db"]);
        store.Commit(Round(0, "a"));
        Assert.Throws<RosflException>(() => store.Commit(Round(1, "a", "a"))); // the second site breaks the primary key
        Assert.Throws<InvalidOperationException>(() => store.Commit(Round(0, "a")));
        Assert.Throws<InvalidOperationException>(() => store.Commit(Round(2, "a")));
        Assert.Throws<InvalidOperationException>(() => store.Commit(Round(1, "a") with { PreviousHash = "other" }));
        Assert.Equal(0, store.LastRound()!.Round);
        store.Commit(Round(1, "a"));
    }

    /// <summary>Proves that the best round is the sites' weighted mean, undefined scores left out, the earliest of equals.</summary>
    [Fact]
    public void BestRound_byWeights_choosesTheBestMean()
    {
        using var folder = new TemporaryFolder();
        using var store = RunStore.Open(folder["store.db"]);
        Assert.Null(store.BestRound("dice", higherIsBetter: true));
        store.AddScores(
        [
            new(0, "validation", "a", "1", "dice", 0.9), new(0, "validation", "b", "1", "dice", 0.1), new(0, "validation", "b", "2", "dice", double.NaN),
            new(1, "validation", "a", "1", "dice", 0.1), new(1, "validation", "b", "1", "dice", 0.9), new(1, "validation", "b", "2", "dice", 0.9),
            new(1, "validation", "b", "pooled", "dice", 0), new(2, "test", "a", "1", "dice", 1),
        ]);
        Assert.Equal(1, store.BestRound("dice", higherIsBetter: true)!.Round);
        Assert.Equal(0, store.BestRound("dice", higherIsBetter: false)!.Round);
        store.SetSites([new("b", 1, 1, 1), new("a", 3, 1, 1)]);
        var weighted = store.BestRound("dice", higherIsBetter: true)!;
        Assert.Equal((0, 0.7), (weighted.Round, Math.Round(weighted.Score, 12)));
        Assert.Equal(["b", "a"], store.Sites().Select(site => site.Site));
        Assert.True(double.IsNaN(store.Scores(site: "b", round: 0)[1].Value));
    }

    /// <summary>Proves that a foreign file, a folder that is not there and a newer store are one clear sentence each.</summary>
    [Fact]
    public void Open_whenItCannot_saysWhy()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.db"], new string('x', 4096));
        Assert.Equal(ExitCode.InvalidFile, Assert.Throws<RosflException>(() => RunStore.Open(folder["text.db"])).Code);
        Assert.Equal(ExitCode.NoSpace, Assert.Throws<RosflException>(() => RunStore.Open(folder["no/such/folder.db"])).Code);
        Execute(folder["new.db"], "PRAGMA user_version = 99");
        Assert.Contains("newer rosfl", Assert.Throws<RosflException>(() => RunStore.Open(folder["new.db"])).Message, StringComparison.Ordinal);
    }

    /// <summary>Proves that the store is a write-ahead log with whole transactions: another connection reads committed rounds while it is open.</summary>
    [Fact]
    public void Commit_whileAnotherReads_isVisibleToIt()
    {
        using var folder = new TemporaryFolder();
        using var store = RunStore.Open(folder["store.db"]);
        using var reader = RunStore.Open(folder["store.db"]);
        store.Commit(Round(0, "a"));
        Assert.Equal(0, reader.LastRound()!.Round);
    }

    private static void Execute(string path, string text)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
