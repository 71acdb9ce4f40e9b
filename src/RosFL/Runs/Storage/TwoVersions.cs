using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace RosFL.Runs;

/// <summary>What a party has made durable in one attempt at a round.</summary>
/// <param name="Answer">What it answered when it had prepared, to be answered again; empty where there is nothing to answer.</param>
public sealed record PartyVersion(RoundKey Key, IReadOnlyList<NamedArray> Arrays, string Answer);

/// <summary>
/// A party's durable state in a study: the committed version and, while the outcome of a round is not known, the prepared one beside it.
/// A version is a safetensors file and a row that names its SHA-256; the row decides, so a kill at any moment leaves whole versions only.
/// </summary>
public sealed class TwoVersions : IDisposable
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS versions (
            round INTEGER NOT NULL, attempt INTEGER NOT NULL, study TEXT NOT NULL, sha256 TEXT NOT NULL, answer TEXT NOT NULL, record TEXT,
            PRIMARY KEY (round, attempt)) WITHOUT ROWID;
        CREATE UNIQUE INDEX IF NOT EXISTS one_version ON versions (round) WHERE record IS NOT NULL;
        """;

    private readonly string folder;
    private readonly SqliteFile file;

    private TwoVersions(string folder, SqliteFile file) => (this.folder, this.file) = (folder, file);

    public static TwoVersions Open(string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Sweep(folder);
        return new(folder, SqliteFile.Open(Path.Combine(folder, "state.db"), Prepare));
    }

    /// <summary>The record of the last round that this party has committed; null before the first.</summary>
    public CommitRecord? LastRecord => Records is [.., var last] ? last : null;

    /// <summary>Every round's record that this party has committed, in order.</summary>
    public IReadOnlyList<CommitRecord> Records =>
        file.Query("SELECT record FROM versions WHERE record IS NOT NULL ORDER BY round", row => JsonSerializer.Deserialize<CommitRecord>(row.GetString(0))!);

    /// <summary>The version that stands since the last commit; null before the first.</summary>
    public PartyVersion? Committed() => LastRecord is { } last ? Committed(last.Key.Round) : null;

    /// <summary>The version that stood after a round; null where it was not kept.</summary>
    public PartyVersion? Committed(int round) => Read("round = $1 AND record IS NOT NULL", round);

    /// <summary>The version whose outcome is not known; null where there is none.</summary>
    public PartyVersion? Prepared() => Read("record IS NULL");

    /// <summary>Makes a version durable beside the committed one, in place of an earlier prepared one.</summary>
    public void Prepare(PartyVersion version)
    {
        if (Guards.Holds(Guards.DurablePrepare)) Write(version);
        else unwritten = version;
    }

    private PartyVersion? unwritten;

    private void Write(PartyVersion version)
    {
        var path = PathOf(version.Key);
        Safetensors.Write(path, version.Arrays);
        file.Transaction(() =>
        {
            file.Run("DELETE FROM versions WHERE record IS NULL");
            file.Run("INSERT INTO versions VALUES ($1, $2, $3, $4, $5, NULL)", version.Key.Round, version.Key.Attempt, version.Key.Study, FileHash.Of(path), version.Answer);
        });
        Sweep(null);
    }

    /// <summary>The prepared version of <paramref name="attempt"/> stands from now on.</summary>
    /// <param name="keep">Rounds whose versions stay readable beside the last two.</param>
    /// <exception cref="InvalidOperationException">Another attempt is prepared, or the round is committed by another record.</exception>
    public void Commit(CommitRecord record, int attempt, IReadOnlySet<int>? keep = null)
    {
        if (Records.FirstOrDefault(r => r.Key.Round == record.Key.Round) is { } known)
        {
            if (known.Hash != record.Hash) throw new InvalidOperationException($"Committed already by another record: {known.Key}.");
            return;
        }
        if (unwritten is not null) Write(unwritten);
        if (file.Run("UPDATE versions SET record = $1 WHERE round = $2 AND attempt = $3 AND record IS NULL", JsonSerializer.Serialize(record), record.Key.Round, attempt) != 1)
            throw new InvalidOperationException($"Not prepared with attempt {attempt}: {record.Key}.");
        Sweep(keep ?? new HashSet<int>());
    }

    /// <summary>Forgets the prepared version.</summary>
    public void Abort()
    {
        file.Run("DELETE FROM versions WHERE record IS NULL");
        Sweep(null);
    }

    public void Dispose() => file.Dispose();

    private static void Prepare(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;" + Tables;
        command.ExecuteNonQuery();
    }

    private PartyVersion? Read(string condition, params object?[] values)
    {
        var found = file.Query($"SELECT study, round, attempt, sha256, answer FROM versions WHERE {condition}",
            row => (Key: new RoundKey(row.GetString(0), row.GetInt32(1), row.GetInt32(2)), Hash: row.GetString(3), Answer: row.GetString(4)), values);
        if (found.Count == 0 || !File.Exists(PathOf(found[0].Key))) return null;
        var (key, hash, answer) = found[0];
        if (FileHash.Of(PathOf(key)) != hash)
            throw new RosflException(ExitCode.InvalidFile, $"State '{PathOf(key)}' is damaged: its SHA-256 is not {hash}; restore the file from a backup of its folder.");
        return new(key, Safetensors.Read(PathOf(key)), answer);
    }

    /// <summary>Files without a row go; of committed rounds the last two stay and those of <paramref name="keep"/> (null: all).</summary>
    private void Sweep(IReadOnlySet<int>? keep)
    {
        var rows = file.Query("SELECT study, round, attempt, record IS NULL FROM versions ORDER BY round", row =>
            (Key: new RoundKey(row.GetString(0), row.GetInt32(1), row.GetInt32(2)), Prepared: row.GetBoolean(3)));
        var last = rows.Where(r => !r.Prepared).Select(r => r.Key.Round).TakeLast(2).ToHashSet();
        var wanted = rows.Where(r => r.Prepared || keep is null || last.Contains(r.Key.Round) || keep.Contains(r.Key.Round)).Select(r => PathOf(r.Key)).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder, "round-*.safetensors"))
            if (!wanted.Contains(path)) BusyFile.Delete(path);
    }

    private string PathOf(RoundKey key) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"round-{key.Round:D6}-{key.Attempt}.safetensors"));
}
