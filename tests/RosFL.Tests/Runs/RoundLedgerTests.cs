using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>An attempt moves on by one stage or is aborted, and a round is committed once.</summary>
public sealed class RoundLedgerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private RoundLedger ledger;

    public RoundLedgerTests() => ledger = RoundLedger.Open(Path);

    public static TheoryData<RoundStage, RoundStage> Moves =>
        [.. from from_ in Enum.GetValues<RoundStage>() from to in Enum.GetValues<RoundStage>() select (from_, to)];

    private string Path => System.IO.Path.Combine(folder.Path, "store.db");

    [Theory]
    [MemberData(nameof(Moves))]
    public void Move_betweenAnyTwoStages_isMadeOnlyWhereLegal(RoundStage from, RoundStage to)
    {
        var key = At(from);
        var legal = from < RoundStage.Committed && (to == RoundStage.Aborted || (int)to == (int)from + 1);
        Assert.Equal(legal, RoundLedger.IsLegal(from, to));
        if (legal) Step(key, from, to);
        else Assert.Throws<InvalidOperationException>(() => Step(key, from, to));
        Assert.Equal(legal ? to : from, ledger.StageOf(key));
    }

    /// <summary>Compare and set: who thinks the attempt elsewhere than it is changes nothing.</summary>
    [Theory]
    [MemberData(nameof(Moves))]
    public void Move_fromAStageThatTheAttemptHasLeft_changesNothing(RoundStage is_, RoundStage believed)
    {
        if (is_ == believed) return;
        var key = At(is_);
        Assert.Throws<InvalidOperationException>(() => Step(key, believed, believed < RoundStage.Prepared ? believed + 1 : RoundStage.Committed));
        Assert.Equal(is_, ledger.StageOf(key));
    }

    [Fact]
    public void Begin_afterAKill_abortsWhatWasUnfinishedAndCountsOn()
    {
        var first = At(RoundStage.Merged);
        ledger.Dispose();
        ledger = RoundLedger.Open(Path);
        var second = ledger.Begin("study", 0);
        Assert.Equal((1, 2), (first.Attempt, second.Attempt));
        Assert.Equal(RoundStage.Aborted, ledger.StageOf(first));
        Assert.Equal(3, ledger.NextAttempt("study", 0));
        Assert.Equal(1, ledger.NextAttempt("study", 1));
    }

    [Fact]
    public void Commit_ofASecondAttemptAtTheRound_isRefused()
    {
        var key = At(RoundStage.Committed);
        Assert.Throws<InvalidOperationException>(() => ledger.Begin("study", 0));
        Assert.Equal(key, ledger.Record("study", 0)!.Key);
    }

    /// <summary>Studies on one server know nothing of each other.</summary>
    [Fact]
    public void Begin_ofAnotherStudy_leavesTheFirstAlone()
    {
        var key = At(RoundStage.Prepared);
        Assert.Equal(1, ledger.Begin("other", 0).Attempt);
        Assert.Equal(RoundStage.Prepared, ledger.StageOf(key));
    }

    [Fact]
    public void Record_readBack_hasTheSameHash()
    {
        var record = Record(At(RoundStage.Prepared));
        ledger.Commit(record);
        Assert.Equal(record.Hash, Assert.Single(ledger.Records("study")).Hash);
        Assert.NotEqual(record.Hash, (record with { PartsHash = "other" }).Hash);
        Assert.NotEqual(record.Hash, (record with { Decision = record.Decision with { Key = record.Key with { Attempt = 2 } } }).Hash);
    }

    public void Dispose()
    {
        ledger.Dispose();
        folder.Dispose();
    }

    /// <summary>An attempt that has come as far as a stage.</summary>
    private RoundKey At(RoundStage stage)
    {
        var key = ledger.Begin("study", 0);
        if (stage == RoundStage.Aborted) ledger.Abort(key);
        else
            for (var next = RoundStage.Training; next <= stage; next++) Step(key, next - 1, next);
        return key;
    }

    private void Step(RoundKey key, RoundStage from, RoundStage to)
    {
        if (to == RoundStage.Committed && from == RoundStage.Prepared) ledger.Commit(Record(key));
        else ledger.Move(key, from, to);
    }

    private static CommitRecord Record(RoundKey key) => new(new(key, [new("north", 4, key.Attempt, 2)]), "parts", "body", "");
}
