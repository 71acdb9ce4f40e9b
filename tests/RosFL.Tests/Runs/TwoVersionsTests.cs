using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>A party's two versions across restarts: the committed one stands until the prepared one counts.</summary>
public sealed class TwoVersionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private TwoVersions versions;

    public TwoVersionsTests() => versions = TwoVersions.Open(folder.Path);

    [Fact]
    public void Prepare_thenRestart_keepsBothVersions()
    {
        Commit(0, 1);
        Prepare(1, 2);
        Restart();
        Assert.Equal((0, 0f), Content(versions.Committed()));
        Assert.Equal((1, 1f), Content(versions.Prepared()));
        Assert.Equal("answer 1", versions.Prepared()!.Answer);
    }

    [Fact]
    public void Commit_toldAgain_changesNothing()
    {
        Commit(0, 1);
        Restart();
        versions.Commit(Record(0, 1), 1);
        Assert.Equal((0, 0f), Content(versions.Committed()));
        Assert.Single(versions.Records);
    }

    [Fact]
    public void Commit_ofAnotherAttemptThanThePrepared_isRefused()
    {
        Prepare(0, 2);
        Assert.Throws<InvalidOperationException>(() => versions.Commit(Record(0, 1), 1));
        Assert.Null(versions.Committed());
    }

    [Fact]
    public void Commit_ofARoundThatIsCommittedOtherwise_isRefused()
    {
        Commit(0, 1);
        Prepare(0, 2);
        Assert.Throws<InvalidOperationException>(() => versions.Commit(Record(0, 2), 2));
        Assert.Equal(1, versions.LastRecord!.Key.Attempt);
    }

    [Fact]
    public void Abort_forgetsThePreparedVersionAndItsFile()
    {
        Commit(0, 1);
        Prepare(1, 1);
        versions.Abort();
        Restart();
        Assert.Null(versions.Prepared());
        Assert.Single(Directory.EnumerateFiles(folder.Path, "*.safetensors"));
    }

    [Fact]
    public void Commit_keepsTheLastTwoRoundsAndThoseAskedFor()
    {
        for (var round = 0; round < 5; round++) Commit(round, 1);
        Assert.Equal([1, 3, 4], Enumerable.Range(0, 5).Where(round => versions.Committed(round) is not null));
        Assert.Equal(5, versions.Records.Count);
    }

    [Fact]
    public void Committed_ofADamagedFile_isRefusedInASentence()
    {
        Commit(0, 1);
        using (var file = File.OpenWrite(Directory.EnumerateFiles(folder.Path, "*.safetensors").Single()))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte(77);
        }
        Assert.Equal(ExitCode.InvalidFile, Assert.Throws<RosflException>(() => versions.Committed()).Code);
    }

    public void Dispose()
    {
        versions.Dispose();
        folder.Dispose();
    }

    private void Restart()
    {
        versions.Dispose();
        versions = TwoVersions.Open(folder.Path);
    }

    private void Prepare(int round, int attempt) => versions.Prepare(new(new("study", round, attempt), [new("w", [1], [round])], $"answer {round}"));

    private void Commit(int round, int attempt)
    {
        Prepare(round, attempt);
        versions.Commit(Record(round, attempt), attempt, new HashSet<int> { 1 });
    }

    private static CommitRecord Record(int round, int attempt) => new(new(new("study", round, attempt), []), "", "", "");

    private static (int Round, float Value) Content(PartyVersion? version) => (version!.Key.Round, version.Arrays[0].Values[0]);
}
