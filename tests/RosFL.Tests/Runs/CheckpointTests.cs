using RosFL.Runs;

namespace RosFL.Tests.Runs;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly RunFolder folder;
    private readonly RunStore store;

    public CheckpointTests()
    {
        folder = RunFolder.Create(RunFolderTests.Run(temporary));
        store = RunStore.Open(folder.StorePath);
    }

    private Checkpoints Checkpoints => new(folder, store);

    /// <summary>Proves that the last committed state comes back whole, and that the last two files and the best are kept.</summary>
    [Fact]
    public void Restore_afterCommits_givesTheLast()
    {
        for (var round = 0; round < 5; round++)
            Commit(round, best: 1);
        var restored = Checkpoints.Restore()!;
        Assert.Equal((4, 4f, "north", ""), (restored.Checkpoint.Round, restored.Checkpoint.Arrays[0].Values[0], restored.Checkpoint.Metadata["site"], restored.Notice));
        Assert.Equal(["round-000001.safetensors", "round-000003.safetensors", "round-000004.safetensors"],
            Directory.GetFiles(folder.CheckpointsPath).Select(Path.GetFileName).Order());
        Assert.Equal(1f, Checkpoints.Load(1).Arrays[0].Values[0]);
        Assert.Equal(ExitCode.InvalidFile, Assert.Throws<RosflException>(() => Checkpoints.Load(2)).Code);
    }

    /// <summary>Proves that one changed bit is seen, that the run goes back to the round before, and that it says so.</summary>
    [Fact]
    public void Restore_whenTheLastIsDamaged_goesBackOneRound()
    {
        for (var round = 0; round < 3; round++)
            Commit(round, best: null);
        var last = Path.Combine(folder.CheckpointsPath, "round-000002.safetensors");
        var bytes = File.ReadAllBytes(last);
        bytes[^1] ^= 1;
        File.WriteAllBytes(last, bytes);
        var restored = Checkpoints.Restore()!;
        Assert.Equal(1, restored.Checkpoint.Round);
        Assert.Contains("rounds 2 to 2 are repeated", restored.Notice, StringComparison.Ordinal);
        Assert.Equal(1, store.LastRound()!.Round);
        Commit(2, best: null);
    }

    /// <summary>Proves that a checkpoint whose round was never committed (a kill between the two) is ignored.</summary>
    [Fact]
    public void Restore_withALeftoverCheckpoint_ignoresIt()
    {
        Assert.Null(Checkpoints.Restore());
        Commit(0, best: null);
        Safetensors.Write(Path.Combine(folder.CheckpointsPath, "round-000001.safetensors"), [new("global/w", [1], [9])]);
        Assert.Equal(0, Checkpoints.Restore()!.Checkpoint.Round);
        Commit(1, best: null);
        Assert.Equal(1f, Checkpoints.Restore()!.Checkpoint.Arrays[0].Values[0]);
    }

    /// <summary>Proves that without any sound checkpoint the run refuses to go on.</summary>
    [Fact]
    public void Restore_withoutASoundCheckpoint_isRefused()
    {
        Commit(0, best: null);
        Directory.Delete(folder.CheckpointsPath, recursive: true);
        Assert.Equal(ExitCode.CannotResume, Assert.Throws<RosflException>(() => Checkpoints.Restore()).Code);
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
        temporary.Dispose();
    }

    private void Commit(int round, int? best) => Checkpoints.Commit(RunStoreTests.Round(round, "north"),
        new(round, [new("global/w", [1], [round])], new Dictionary<string, string> { ["site"] = "north" }), best);
}
