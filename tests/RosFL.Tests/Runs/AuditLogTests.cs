using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>Lines that were written stay written, and changes are found at the line where they begin.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string LogPath => folder["audit-log.jsonl"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Lines_followEachOther_alsoAfterReopening()
    {
        Append(3);
        AuditLog.Open(LogPath, TimeProvider.System).Append(new(AuditEventKind.RoundCommitted) { Study = "kidney-ct", Round = 0, Hash = new('a', 64) });
        var verdict = AuditLog.Verify(LogPath);
        Assert.Equal((4, null), (verdict.Lines, verdict.BadLine));
    }

    [Theory]
    [InlineData(1, "taken out")]
    [InlineData(2, "changed")]
    [InlineData(3, "put in twice")]
    public void Tampering_isFoundAtItsLine(int line, string how)
    {
        Append(4);
        var lines = File.ReadAllLines(LogPath).ToList();
        if (how == "taken out") lines.RemoveAt(line - 1);
        else if (how == "changed") lines[line - 1] = lines[line - 1].Replace("site/", "site/x", StringComparison.Ordinal);
        else lines.Insert(line - 1, lines[line - 2]);
        File.WriteAllText(LogPath, string.Join('\n', lines) + "\n");
        Assert.Equal(line, AuditLog.Verify(LogPath).BadLine);
        Assert.Equal(ExitCode.NotTrusted, Assert.Throws<RosflException>(() => AuditLog.Open(LogPath, TimeProvider.System)).Code);
    }

    [Fact]
    public void TornLastLine_isCutOffWithANotice()
    {
        Append(3);
        var whole = File.ReadAllBytes(LogPath);
        File.WriteAllBytes(LogPath, whole[..^20]);
        Assert.Equal(3, AuditLog.Verify(LogPath).BadLine);
        AuditLog.Open(LogPath, TimeProvider.System).Append(new(AuditEventKind.StudyEnded));
        Assert.Equal((4, null), (AuditLog.Verify(LogPath).Lines, AuditLog.Verify(LogPath).BadLine));
        Assert.Contains("repaired", File.ReadAllLines(LogPath)[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoWriters_oneChain()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Append(5))));
        Assert.Equal((20, null), (AuditLog.Verify(LogPath).Lines, AuditLog.Verify(LogPath).BadLine));
    }

    [Fact]
    public void RefusalAboutData_isRecordedWithoutItsWords()
    {
        var log = AuditLog.Open(LogPath, TimeProvider.System);
        log.Append(AuditEvent.Refusal(new(ExitCode.InvalidData, "File '/data/Mustermann_Erika.nii.gz' is malformed.")));
        log.Append(AuditEvent.Refusal(new(ExitCode.NotTrusted, "The certificate of site/north\nexpired.")));
        var text = File.ReadAllText(LogPath);
        Assert.DoesNotContain("Mustermann", text, StringComparison.Ordinal);
        Assert.Contains("exit code 4", text, StringComparison.Ordinal);
        Assert.Contains("site/north?expired", text, StringComparison.Ordinal);
    }

    private void Append(int lines)
    {
        var log = AuditLog.Open(LogPath, TimeProvider.System);
        for (var i = 0; i < lines; i++) log.Append(new(AuditEventKind.Enrolled) { Party = $"site/north-{i}" });
    }
}
