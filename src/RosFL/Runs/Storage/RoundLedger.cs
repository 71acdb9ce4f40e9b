using System.Text.Json;

namespace RosFL.Runs;

/// <summary>Where an attempt at a round stands. The last two are final.</summary>
public enum RoundStage { Begun, Training, Merged, Prepared, Committed, Aborted }

/// <summary>
/// The aggregation server's ledger of attempts, in SQLite. An attempt moves begun, training, merged, prepared, committed, or is aborted
/// on the way; each move compares the stage that it leaves. The committed row is the one decision of a round: what is not committed is
/// aborted (presumed abort), and a round has one such row at most.
/// </summary>
public sealed class RoundLedger : IDisposable
{
    internal const string Tables = """
        CREATE TABLE attempts (
            study TEXT NOT NULL, round INTEGER NOT NULL, attempt INTEGER NOT NULL, stage TEXT NOT NULL, record TEXT,
            PRIMARY KEY (study, round, attempt)) WITHOUT ROWID;
        CREATE UNIQUE INDEX one_commit ON attempts (study, round) WHERE stage = 'Committed';
        CREATE TABLE attempt_numbers (study TEXT NOT NULL, round INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (study, round)) WITHOUT ROWID;
        """;

    private readonly SqliteFile file;

    internal RoundLedger(SqliteFile file) => this.file = file;

    /// <summary>A ledger in a run store's file, ":memory:" for one that is not kept.</summary>
    public static RoundLedger Open(string path) => new(SqliteFile.Open(path, RunStoreSchema.Prepare));

    /// <summary>Begins the next attempt at a round; attempts that a killed process left unfinished are aborted.</summary>
    /// <exception cref="InvalidOperationException">The round is committed already.</exception>
    public RoundKey Begin(string study, int round) => file.Transaction(() =>
    {
        if (Record(study, round) is { } record) throw new InvalidOperationException($"Committed already: {record.Key}.");
        file.Run("UPDATE attempts SET stage = 'Aborted' WHERE study = $1 AND stage NOT IN ('Committed', 'Aborted')", study);
        var key = new RoundKey(study, round, NextAttempt(study, round));
        file.Run("INSERT INTO attempts VALUES ($1, $2, $3, 'Begun', NULL)", study, round, key.Attempt);
        return key;
    });

    /// <summary>A number for an attempt of the round that was never given before.</summary>
    public int NextAttempt(string study, int round) => !Guards.Holds(Guards.AttemptNumber) ? 1 : file.Query("""
        INSERT INTO attempt_numbers VALUES ($1, $2, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last
        """, row => row.GetInt32(0), study, round)[0];

    /// <summary>Moves an attempt on by one stage, or aborts it.</summary>
    /// <exception cref="InvalidOperationException">The move is not legal, or the attempt is no longer where it was.</exception>
    public void Move(RoundKey key, RoundStage from, RoundStage to)
    {
        if (to == RoundStage.Committed) throw new InvalidOperationException("A commit needs its record.");
        Change(key, from, to, null);
    }

    /// <summary>The decision: the prepared attempt of the record counts.</summary>
    public void Commit(CommitRecord record) => Change(record.Key, RoundStage.Prepared, RoundStage.Committed, JsonSerializer.Serialize(record));

    /// <summary>Aborts an attempt that is neither committed nor aborted, whatever its stage.</summary>
    public void Abort(RoundKey key)
    {
        if (StageOf(key) is { } stage and not (RoundStage.Committed or RoundStage.Aborted)) Change(key, stage, RoundStage.Aborted, null);
    }

    /// <summary>Null for an attempt that was never begun.</summary>
    public RoundStage? StageOf(RoundKey key) =>
        file.Query("SELECT stage FROM attempts WHERE study = $1 AND round = $2 AND attempt = $3", row => Enum.Parse<RoundStage>(row.GetString(0)), key.Study, key.Round, key.Attempt)
            is [var stage] ? stage : null;

    /// <summary>The committed record of a round; null when there is none.</summary>
    public CommitRecord? Record(string study, int round) =>
        file.Query("SELECT record FROM attempts WHERE study = $1 AND round = $2 AND stage = 'Committed'", row => row.GetString(0), study, round)
            is [var record] ? JsonSerializer.Deserialize<CommitRecord>(record) : null;

    /// <summary>The latest attempt of a study and where it stands; null before the first.</summary>
    public (RoundKey Key, RoundStage Stage)? Last(string study) =>
        file.Query("SELECT round, attempt, stage FROM attempts WHERE study = $1 ORDER BY round DESC, attempt DESC LIMIT 1",
            row => (new RoundKey(study, row.GetInt32(0), row.GetInt32(1)), Enum.Parse<RoundStage>(row.GetString(2))), study) is [var last] ? last : null;

    /// <summary>All committed records of a study in order.</summary>
    public IReadOnlyList<CommitRecord> Records(string study) =>
        [.. file.Query("SELECT record FROM attempts WHERE study = $1 AND stage = 'Committed' ORDER BY round", row => JsonSerializer.Deserialize<CommitRecord>(row.GetString(0))!, study)];

    public static bool IsLegal(RoundStage from, RoundStage to) => from switch
    {
        RoundStage.Committed or RoundStage.Aborted => false,
        _ => to == RoundStage.Aborted || to == from + 1,
    };

    public void Dispose() => file.Dispose();

    private void Change(RoundKey key, RoundStage from, RoundStage to, string? record)
    {
        if (!IsLegal(from, to)) throw new InvalidOperationException($"No attempt may go from {from} to {to}: {key}.");
        var changed = file.Run("UPDATE attempts SET stage = $1, record = $2 WHERE study = $3 AND round = $4 AND attempt = $5 AND stage = $6",
            to.ToString(), record, key.Study, key.Round, key.Attempt, from.ToString());
        if (changed != 1) throw new InvalidOperationException($"Attempt is {StageOf(key)?.ToString() ?? "unknown"} and not {from}: {key}.");
    }
}
