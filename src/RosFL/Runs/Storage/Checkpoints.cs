using System.Globalization;

namespace RosFL.Runs;

/// <summary>What <see cref="Checkpoints.Restore"/> found. <paramref name="Notice"/> is empty unless a damaged file was passed over.</summary>
public sealed record RestoredRun(Checkpoint Checkpoint, string Notice);

/// <summary>
/// The checkpoints of a run. Order of a commit: the file is written and renamed, then the store commits the round together with the file's
/// SHA-256, then files that are no longer wanted are deleted. A file whose hash no committed round names is a leftover and is ignored.
/// </summary>
public sealed class Checkpoints(RunFolder folder, RunStore store)
{
    private const string RoundKey = "round";

    /// <summary>Commits a round: its checkpoint, its figures. Keeps the last two checkpoints and the one of <paramref name="best"/>.</summary>
    /// <param name="best">The best round so far by validation; null when not known.</param>
    /// <param name="decision">The record by which the prepared attempt counts; null outside a federation.</param>
    public void Commit(RoundRecord record, Checkpoint checkpoint, int? best = null, CommitRecord? decision = null)
    {
        if (record.Round != checkpoint.Round)
            throw new ArgumentException($"The checkpoint of round {checkpoint.Round} does not belong to round {record.Round}.", nameof(checkpoint));
        store.Commit(record, Write(checkpoint), decision);
        Keep(record.Round, best);
    }

    /// <summary>
    /// The newest committed checkpoint that is sound; null before the first round. When the newest is damaged an older one is taken: the store
    /// forgets the rounds after it, which training then repeats to the same bits, and <see cref="RestoredRun.Notice"/> says so.
    /// </summary>
    /// <exception cref="RosflException"><see cref="ExitCode.CannotResume"/>: rounds were committed but no checkpoint is sound.</exception>
    public RestoredRun? Restore()
    {
        if (store.LastRound() is not { } last)
            return null;
        foreach (var (round, hash) in store.CheckpointHashes().OrderByDescending(entry => entry.Key))
        {
            if (TryLoad(round, hash) is not { } checkpoint)
                continue;
            if (round == last.Round)
                return new(checkpoint, "");
            var notice = $"The checkpoint of round {last.Round} is damaged or missing: going on after round {round}, rounds {round + 1} to {last.Round} are repeated.";
            store.RollBackTo(round);
            store.AddEvent("checkpoint", notice, round);
            return new(checkpoint, notice);
        }

        throw new RosflException(ExitCode.CannotResume, $"Run folder '{folder.Path}' has {last.Round + 1} committed rounds but no sound checkpoint: start anew without --resume.");
    }

    /// <summary>The checkpoint of one committed round, such as the best one.</summary>
    /// <exception cref="RosflException">It was not kept, or is damaged.</exception>
    public Checkpoint Load(int round) =>
        store.CheckpointHashes().TryGetValue(round, out var hash) && TryLoad(round, hash) is { } checkpoint
            ? checkpoint
            : throw new RosflException(ExitCode.InvalidFile, $"The checkpoint of round {round} in '{folder.CheckpointsPath}' is damaged or was not kept; kept are the last two rounds and the best.");

    private string Write(Checkpoint checkpoint)
    {
        var metadata = checkpoint.Metadata.Append(KeyValuePair.Create(RoundKey, checkpoint.Round.ToString(CultureInfo.InvariantCulture))).ToDictionary();
        var hash = "";
        AtomicFile.Write(FileOf(checkpoint.Round), stream =>
        {
            Safetensors.Write(stream, checkpoint.Arrays, metadata);
            stream.Position = 0;
            hash = FileHash.Of(stream);
        });
        return hash;
    }

    private Checkpoint? TryLoad(int round, string hash)
    {
        var path = FileOf(round);
        if (!File.Exists(path))
            return null;
        if (FileHash.Of(path) != hash)
            return null;
        using var file = SafetensorsFile.Open(path);
        return new(round, [.. file.ReadAll()], file.Metadata.Where(entry => entry.Key != RoundKey).ToDictionary());
    }

    private void Keep(int last, int? best)
    {
        var kept = new[] { last, last - 1, best ?? last }.Select(FileOf).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(folder.CheckpointsPath, "round-*.safetensors"))
            if (!kept.Contains(file))
                BusyFile.Delete(file);
    }

    private string FileOf(int round) => Path.Combine(folder.CheckpointsPath, $"round-{round:D6}.safetensors");
}
