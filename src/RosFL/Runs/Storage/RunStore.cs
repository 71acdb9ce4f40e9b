using System.Globalization;
using Microsoft.Data.Sqlite;

namespace RosFL.Runs;

/// <summary>
/// The figures of a run in SQLite (<c>store.db</c>): rounds with their sites, scores, events. A round is one transaction, on disk when
/// <see cref="Commit"/> returns. Safe to call from several threads; others may read the file meanwhile.
/// </summary>
public sealed class RunStore : IDisposable
{
    private readonly SqliteFile file;
    private readonly TimeProvider time;

    private RunStore(SqliteFile file, TimeProvider time) => (this.file, this.time, Ledger) = (file, time, new(file));

    /// <summary>The attempts at rounds and the records of those that count, in the same file.</summary>
    public RoundLedger Ledger { get; }

    /// <summary>Opens the store at <paramref name="path"/> and makes it when it is not there.</summary>
    public static RunStore Open(string path, TimeProvider? time = null) => new(SqliteFile.Open(path, RunStoreSchema.Prepare), time ?? TimeProvider.System);

    /// <summary>Commits a round with its sites, all or nothing. Rounds come in order and each names the hash of the one before.</summary>
    /// <param name="checkpointSha256">Hash of the checkpoint file that was written for this round; null without one.</param>
    /// <param name="decision">The record by which the prepared attempt counts, committed with the round's figures; null outside a federation.</param>
    /// <exception cref="InvalidOperationException">The round is not the next one, or its chain of hashes is broken.</exception>
    public void Commit(RoundRecord round, string? checkpointSha256 = null, CommitRecord? decision = null) => file.Transaction(() =>
    {
        var last = Query("SELECT round, hash FROM rounds ORDER BY round DESC LIMIT 1", row => (Round: row.GetInt32(0), Hash: row.GetString(1)));
        var (expected, previous) = last.Count == 0 ? (0, "") : (last[0].Round + 1, last[0].Hash);
        if (round.Round != expected || round.PreviousHash != previous)
            throw new InvalidOperationException($"Round {round.Round} cannot follow: round {expected} after hash '{previous}' is due.");
        Run("INSERT INTO rounds VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)", round.Round, round.Seconds, round.LearningRate, round.Alpha,
            round.CorrectionHead, round.CorrectionBody, round.CorrectionTail, round.ModelHash, round.PreviousHash, round.Hash, checkpointSha256);
        foreach (var (position, site) in round.Sites.Index())
            Run("INSERT INTO site_rounds VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)", round.Round, position, site.Site, site.Steps, site.Items,
                site.Loss, site.Seconds, site.BytesUp, site.BytesDown, site.DriftHead, site.DriftBody, site.DriftTail);
        if (decision is not null) Ledger.Commit(decision);
    });

    /// <summary>Adds scores, all or none; the same score again replaces the old value.</summary>
    public void AddScores(IEnumerable<ScoreRecord> scores) => file.Transaction(() =>
    {
        foreach (var score in scores)
            Run("INSERT OR REPLACE INTO scores VALUES ($1,$2,$3,$4,$5,$6,$7)", score.Round, score.Split, score.Site, score.Case, score.Metric, score.Model, score.Value);
    });

    public void AddEvent(string kind, string message, int? round = null, string site = "") =>
        Run("INSERT INTO events (time, round, site, kind, message) VALUES ($1,$2,$3,$4,$5)", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), round, site, kind, message);

    /// <summary>Forgets every round after <paramref name="round"/> and its scores: they will be made again.</summary>
    public void RollBackTo(int round) => file.Transaction(() =>
    {
        Run("DELETE FROM scores WHERE round > $1", round);
        Run("DELETE FROM rounds WHERE round > $1", round);
        Run("DELETE FROM attempts WHERE round > $1", round);
    });

    /// <summary>All committed rounds in order, sites in the order of the commit.</summary>
    public IReadOnlyList<RoundRecord> Rounds() => file.Guard(() =>
    {
        var sites = Query("SELECT * FROM site_rounds ORDER BY round, position", row => (Round: row.GetInt32(0), Site: Site(row))).ToLookup(row => row.Round, row => row.Site);
        return Query("SELECT * FROM rounds ORDER BY round", row => new RoundRecord(
            row.GetInt32(0), Real(row, 1), Real(row, 2), Real(row, 3), Real(row, 4), Real(row, 5), Real(row, 6),
            row.GetString(7), row.GetString(8), row.GetString(9), [.. sites[row.GetInt32(0)]]));
    });

    /// <summary>The last committed round; null before the first.</summary>
    public RoundRecord? LastRound() => Rounds() is [.., var last] ? last : null;

    /// <summary>Scores that match every filter that is given.</summary>
    public IReadOnlyList<ScoreRecord> Scores(string? split = null, string? metric = null, int? round = null, string? site = null, string? model = null) => Query("""
        SELECT round, split, site, "case", metric, value, model FROM scores
        WHERE ($1 IS NULL OR split = $1) AND ($2 IS NULL OR metric = $2) AND ($3 IS NULL OR round = $3) AND ($4 IS NULL OR site = $4) AND ($5 IS NULL OR model = $5)
        ORDER BY round, split, model, site, "case", metric
        """, row => new ScoreRecord(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), Real(row, 5), row.GetString(6)), split, metric, round, site, model);

    public IReadOnlyList<RunEvent> Events() => Query("SELECT time, round, site, kind, message FROM events ORDER BY id", row => new RunEvent(
        DateTimeOffset.Parse(row.GetString(0), CultureInfo.InvariantCulture), row.IsDBNull(1) ? null : row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetString(4)));

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
    public void SetSites(IReadOnlyList<SiteSize> sites) => file.Transaction(() =>
    {
        Run("DELETE FROM sites");
        foreach (var (position, site) in sites.Index())
            Run("INSERT INTO sites VALUES ($1,$2,$3,$4,$5)", position, site.Site, site.Train, site.Validation, site.Test);
    });

    public IReadOnlyList<SiteSize> Sites() =>
        Query("SELECT site, train, validation, test FROM sites ORDER BY position", row => new SiteSize(row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)));

    /// <summary>SHA-256 of the checkpoints that were committed, by round.</summary>
    public IReadOnlyDictionary<int, string> CheckpointHashes() =>
        Query("SELECT round, checkpoint_sha256 FROM rounds WHERE checkpoint_sha256 IS NOT NULL", row => KeyValuePair.Create(row.GetInt32(0), row.GetString(1))).ToDictionary();

    public void Dispose() => file.Dispose();

    private static double Mean(IEnumerable<ScoreRecord> scores, IReadOnlyDictionary<string, int> weights)
    {
        var sites = scores.GroupBy(score => score.Site).Select(site => (Mean: site.Average(score => score.Value), Weight: (double)weights.GetValueOrDefault(site.Key, site.Count()))).ToList();
        return sites.Sum(site => site.Mean * site.Weight) / sites.Sum(site => site.Weight);
    }

    private static SiteRound Site(SqliteDataReader row) => new(
        row.GetString(2), row.GetInt32(3), row.GetInt64(4), Real(row, 5), Real(row, 6), row.GetInt64(7), row.GetInt64(8), Real(row, 9), Real(row, 10), Real(row, 11));

    private int Run(string text, params object?[] values) => file.Run(text, values);

    private List<T> Query<T>(string text, Func<SqliteDataReader, T> read, params object?[] values) => file.Query(text, read, values);

    private static double Real(SqliteDataReader row, int column) => SqliteFile.Real(row, column);
}
