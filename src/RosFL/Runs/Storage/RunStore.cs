using System.Globalization;
using Microsoft.Data.Sqlite;

namespace RosFL.Runs;

/// <summary>
/// The figures of a run in SQLite (<c>store.db</c>): rounds with their sites, scores, events. A round is one transaction, on disk when
/// <see cref="Commit"/> returns. Safe to call from several threads; others may read the file meanwhile.
/// </summary>
public sealed class RunStore : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly string path;
    private readonly TimeProvider time;
    private readonly Lock gate = new();

    private RunStore(string path, SqliteConnection connection, TimeProvider time) => (this.path, this.connection, this.time) = (path, connection, time);

    /// <summary>Opens the store at <paramref name="path"/> and makes it when it is not there.</summary>
    public static RunStore Open(string path, TimeProvider? time = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            RunStoreSchema.Prepare(connection, path);
            return new(path, connection, time ?? TimeProvider.System);
        }
        catch (Exception error)
        {
            connection.Dispose();
            if (error is SqliteException sqlite)
                throw Explain(path, sqlite);
            throw;
        }
    }

    /// <summary>Commits a round with its sites, all or nothing. Rounds come in order and each names the hash of the one before.</summary>
    /// <param name="checkpointSha256">Hash of the checkpoint file that was written for this round; null without one.</param>
    /// <exception cref="InvalidOperationException">The round is not the next one, or its chain of hashes is broken.</exception>
    public void Commit(RoundRecord round, string? checkpointSha256 = null) => Guard(() =>
    {
        using var transaction = connection.BeginTransaction();
        var last = Query("SELECT round, hash FROM rounds ORDER BY round DESC LIMIT 1", row => (Round: row.GetInt32(0), Hash: row.GetString(1)));
        var (expected, previous) = last.Count == 0 ? (0, "") : (last[0].Round + 1, last[0].Hash);
        if (round.Round != expected || round.PreviousHash != previous)
            throw new InvalidOperationException($"Round {round.Round} cannot follow: round {expected} after hash '{previous}' is due.");
        Run("INSERT INTO rounds VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)", round.Round, round.Seconds, round.LearningRate, round.Alpha,
            round.CorrectionHead, round.CorrectionBody, round.CorrectionTail, round.ModelHash, round.PreviousHash, round.Hash, checkpointSha256);
        foreach (var (position, site) in round.Sites.Index())
            Run("INSERT INTO site_rounds VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)", round.Round, position, site.Site, site.Steps, site.Items,
                site.Loss, site.Seconds, site.BytesUp, site.BytesDown, site.DriftHead, site.DriftBody, site.DriftTail);
        transaction.Commit();
        return 0;
    });

    /// <summary>Adds scores, all or none; the same score again replaces the old value.</summary>
    public void AddScores(IEnumerable<ScoreRecord> scores) => Guard(() =>
    {
        using var transaction = connection.BeginTransaction();
        foreach (var score in scores)
            Run("INSERT OR REPLACE INTO scores VALUES ($1,$2,$3,$4,$5,$6,$7)", score.Round, score.Split, score.Site, score.Case, score.Metric, score.Model, score.Value);
        transaction.Commit();
        return 0;
    });

    public void AddEvent(string kind, string message, int? round = null, string site = "") => Guard(() =>
        Run("INSERT INTO events (time, round, site, kind, message) VALUES ($1,$2,$3,$4,$5)", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), round, site, kind, message));

    /// <summary>Forgets every round after <paramref name="round"/> and its scores: they will be made again.</summary>
    public void RollBackTo(int round) => Guard(() =>
    {
        using var transaction = connection.BeginTransaction();
        Run("DELETE FROM scores WHERE round > $1", round);
        Run("DELETE FROM rounds WHERE round > $1", round);
        transaction.Commit();
        return 0;
    });

    /// <summary>All committed rounds in order, sites in the order of the commit.</summary>
    public IReadOnlyList<RoundRecord> Rounds() => Guard(() =>
    {
        var sites = Query("SELECT * FROM site_rounds ORDER BY round, position", row => (Round: row.GetInt32(0), Site: Site(row))).ToLookup(row => row.Round, row => row.Site);
        return Query("SELECT * FROM rounds ORDER BY round", row => new RoundRecord(
            row.GetInt32(0), Real(row, 1), Real(row, 2), Real(row, 3), Real(row, 4), Real(row, 5), Real(row, 6),
            row.GetString(7), row.GetString(8), row.GetString(9), [.. sites[row.GetInt32(0)]]));
    });

    /// <summary>The last committed round; null before the first.</summary>
    public RoundRecord? LastRound() => Rounds() is [.., var last] ? last : null;

    /// <summary>Scores that match every filter that is given.</summary>
    public IReadOnlyList<ScoreRecord> Scores(string? split = null, string? metric = null, int? round = null, string? site = null, string? model = null) => Guard(() => Query("""
        SELECT round, split, site, "case", metric, value, model FROM scores
        WHERE ($1 IS NULL OR split = $1) AND ($2 IS NULL OR metric = $2) AND ($3 IS NULL OR round = $3) AND ($4 IS NULL OR site = $4) AND ($5 IS NULL OR model = $5)
        ORDER BY round, split, model, site, "case", metric
        """, row => new ScoreRecord(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), Real(row, 5), row.GetString(6)), split, metric, round, site, model));

    public IReadOnlyList<RunEvent> Events() => Guard(() => Query("SELECT time, round, site, kind, message FROM events ORDER BY id", row => new RunEvent(
        DateTimeOffset.Parse(row.GetString(0), CultureInfo.InvariantCulture), row.IsDBNull(1) ? null : row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetString(4))));

    /// <summary>
    /// The round with the best mean validation score: the mean of a site's images, then the sites weighted by their training images (see
    /// <see cref="SetSites"/>; by their scored images where those are not known). NaN (a score that is undefined for an image) is left
    /// out; of equal rounds the earliest wins. Null when nothing was scored.
    /// </summary>
    public BestRound? BestRound(string metric, bool higherIsBetter, string model = "global")
    {
        var sign = higherIsBetter ? 1 : -1;
        var weights = Sites().ToDictionary(site => site.Site, site => site.Train);
        return Scores("validation", metric, model: model).Where(score => score.Case != "pooled" && !double.IsNaN(score.Value)).GroupBy(score => score.Round)
            .Select(round => new BestRound(round.Key, Mean(round, weights))).MaxBy(best => sign * best.Score);
    }

    /// <summary>Records the sites of the run once, in their order.</summary>
    public void SetSites(IReadOnlyList<SiteSize> sites) => Guard(() =>
    {
        using var transaction = connection.BeginTransaction();
        Run("DELETE FROM sites");
        foreach (var (position, site) in sites.Index())
            Run("INSERT INTO sites VALUES ($1,$2,$3,$4,$5)", position, site.Site, site.Train, site.Validation, site.Test);
        transaction.Commit();
        return 0;
    });

    public IReadOnlyList<SiteSize> Sites() => Guard(() =>
        Query("SELECT site, train, validation, test FROM sites ORDER BY position", row => new SiteSize(row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3))));

    /// <summary>SHA-256 of the checkpoints that were committed, by round.</summary>
    public IReadOnlyDictionary<int, string> CheckpointHashes() => Guard(() =>
        Query("SELECT round, checkpoint_sha256 FROM rounds WHERE checkpoint_sha256 IS NOT NULL", row => KeyValuePair.Create(row.GetInt32(0), row.GetString(1))).ToDictionary());

    public void Dispose() => connection.Dispose();

    private static double Mean(IEnumerable<ScoreRecord> scores, IReadOnlyDictionary<string, int> weights)
    {
        var sites = scores.GroupBy(score => score.Site).Select(site => (Mean: site.Average(score => score.Value), Weight: (double)weights.GetValueOrDefault(site.Key, site.Count()))).ToList();
        return sites.Sum(site => site.Mean * site.Weight) / sites.Sum(site => site.Weight);
    }

    private static SiteRound Site(SqliteDataReader row) => new(
        row.GetString(2), row.GetInt32(3), row.GetInt64(4), Real(row, 5), Real(row, 6), row.GetInt64(7), row.GetInt64(8), Real(row, 9), Real(row, 10), Real(row, 11));

    /// <summary>SQLite has no NaN: it stores NULL.</summary>
    private static double Real(SqliteDataReader row, int column) => row.IsDBNull(column) ? double.NaN : row.GetDouble(column);

    private SqliteCommand Command(string text, object?[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (i, value) in values.Index())
            command.Parameters.AddWithValue($"${i + 1}", value is null or double.NaN ? DBNull.Value : value);
        return command;
    }

    private int Run(string text, params object?[] values)
    {
        using var command = Command(text, values);
        return command.ExecuteNonQuery();
    }

    private List<T> Query<T>(string text, Func<SqliteDataReader, T> read, params object?[] values)
    {
        using var command = Command(text, values);
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read())
            list.Add(read(rows));
        return list;
    }

    private T Guard<T>(Func<T> work)
    {
        lock (gate)
        {
            try
            {
                return work();
            }
            catch (SqliteException error)
            {
                throw Explain(path, error);
            }
        }
    }

    private static RosflException Explain(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        13 => new(ExitCode.NoSpace, $"Run store '{path}' cannot be written because the disk is full: free some space and go on with --resume.", error),
        8 or 14 => new(ExitCode.NoSpace, $"Run store '{path}' cannot be opened for writing: make its folder writable or choose another with output.folder.", error),
        5 or 6 => new(ExitCode.CannotResume, $"Run store '{path}' is in use by another process: wait until it has ended, or end it.", error),
        11 or 26 => new(ExitCode.InvalidFile, $"Run store '{path}' is damaged or no SQLite file: restore it, or start anew.", error),
        _ => new(ExitCode.Unexpected, $"Run store '{path}' reports SQLite error {error.SqliteErrorCode} ({error.Message}): check the disk and go on with --resume.", error),
    };
}
