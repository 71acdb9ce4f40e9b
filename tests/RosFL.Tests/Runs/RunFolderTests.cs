using RosFL.Runs;

namespace RosFL.Tests.Runs;

public sealed class RunFolderTests
{
    /// <summary>Proves that a second run of the name gets a folder of its own, and a foreign folder of that name is left alone.</summary>
    [Fact]
    public void Create_whenTheNameIsTaken_takesTheNext()
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary["study-2"]);
        File.WriteAllText(temporary["study-2/notes.txt"], "mine");
        using var first = RunFolder.Create(Run(temporary));
        using var second = RunFolder.Create(Run(temporary));
        Assert.Equal([temporary["study"], temporary["study-3"]], new[] { first.Path, second.Path });
        Assert.Equal(first.Run.EffectiveJson(), RunFolder.Open(first.Path).Run.EffectiveJson());
    }

    /// <summary>Proves that one folder serves one process, is free again after it, and that leftovers of a kill are swept away.</summary>
    [Fact]
    public void Resume_whileTheFolderIsInUse_isRefused()
    {
        using var temporary = new TemporaryFolder();
        using (RunFolder.Create(Run(temporary)))
            Assert.Equal(ExitCode.CannotResume, Assert.Throws<RosflException>(() => RunFolder.Resume(Run(temporary))).Code);
        File.WriteAllText(temporary[$"study/{AtomicFile.Unfinished}x"], "half");
        using var again = RunFolder.Resume(Run(temporary));
        Assert.Equal(temporary["study"], again.Path);
        Assert.Empty(Directory.GetFiles(again.Path, AtomicFile.Unfinished + "*"));
    }

    /// <summary>Proves that another run file cannot take over a folder and that the sentence names what differs; where the data lie may change.</summary>
    [Fact]
    public void Resume_withAnotherRunFile_namesWhatDiffers()
    {
        using var temporary = new TemporaryFolder();
        RunFolder.Create(Run(temporary)).Dispose();
        var error = Assert.Throws<RosflException>(() => RunFolder.Resume(Run(temporary, "training.batch=8", "preprocessing.patch=[4,4]")));
        Assert.Equal(ExitCode.CannotResume, error.Code);
        Assert.Contains("training.batch is 4 there and 8 here; preprocessing.patch is [] there and [4,4] here", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Proves that a write that fails leaves the old file and no leftover.</summary>
    [Fact]
    public void AtomicFile_whenTheWriterFails_keepsTheOldFile()
    {
        using var temporary = new TemporaryFolder();
        AtomicFile.WriteText(temporary["a"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(temporary["a"], stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(temporary["a"]));
        Assert.Single(Directory.GetFiles(temporary.Path));
        Assert.Equal(ExitCode.NoSpace, Assert.Throws<RosflException>(() => AtomicFile.WriteText(temporary["a/b"], "x")).Code);
    }

    /// <summary>Proves that a full disk is told as one, by a device that is always full.</summary>
    [Fact]
    public void AtomicFile_onAFullDisk_saysSo()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no /dev/full here");
        using var temporary = new TemporaryFolder();
        var error = Assert.Throws<RosflException>(() => AtomicFile.Write(temporary["a"], _ => File.WriteAllText("/dev/full", "x")));
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Proves that steps of rounds that were never committed, and a half line, are dropped when the log is opened again.</summary>
    [Fact]
    public void StepLog_openedAfterAKill_keepsCommittedRounds()
    {
        using var temporary = new TemporaryFolder();
        using (var log = StepLog.Open(temporary["steps.jsonl"], -1))
            for (var round = 0; round < 3; round++)
                log.Append(new(round, "north", 0, [1, 2], round == 0 ? double.NaN : 0.5));
        File.AppendAllText(temporary["steps.jsonl"], "{\"round\":2,\"si");
        StepLog.Open(temporary["steps.jsonl"], 1).Dispose();
        Assert.Equal([0, 1], StepLog.Read(temporary["steps.jsonl"]).Select(step => step.Round));
        Assert.Equal("{\"round\":1,\"site\":\"north\",\"step\":0,\"indices\":[1,2],\"loss\":0.5}", File.ReadAllLines(temporary["steps.jsonl"])[1]);
    }

    /// <summary>Proves that the joined file has the golden runs' names.</summary>
    [Fact]
    public void RoundWeights_joined_haveTheGoldenNames()
    {
        using var temporary = new TemporaryFolder();
        using var folder = RunFolder.Create(Run(temporary));
        var weights = new RoundWeights(folder);
        weights.Write(0, [], [new("head.w", [1], [1])]);
        weights.Write(1, [new("head.w", [1], [2])], [new("head.w", [1], [3])]);
        weights.Join(1);
        Assert.Equal(["round0.after.head.w", "round1.before.head.w", "round1.after.head.w"], Safetensors.Read(folder.RoundsPath).Select(array => array.Name));
        Assert.False(Directory.Exists(folder.RoundPartsPath));
    }

    internal static RunFile Run(TemporaryFolder temporary, params string[] overrides) =>
        RunFile.Parse("""{ "name": "study" }""", "x.json", [$"output.folder={temporary.Path}", .. overrides]);
}
