using Microsoft.Data.Sqlite;

namespace RosFL.Runs;

/// <summary>The tables of a run store. Figures only: the one name in it that comes from a hospital is a case's file name.</summary>
internal static class RunStoreSchema
{
    private const int Version = 2;

    private const string Tables = """
        CREATE TABLE sites (position INTEGER PRIMARY KEY, site TEXT NOT NULL UNIQUE, train INTEGER NOT NULL, validation INTEGER NOT NULL, test INTEGER NOT NULL);
        CREATE TABLE rounds (
            round INTEGER PRIMARY KEY, seconds REAL, learning_rate REAL, alpha REAL,
            correction_head REAL, correction_body REAL, correction_tail REAL,
            model_hash TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, checkpoint_sha256 TEXT);
        CREATE TABLE site_rounds (
            round INTEGER NOT NULL REFERENCES rounds ON DELETE CASCADE, position INTEGER NOT NULL, site TEXT NOT NULL,
            steps INTEGER NOT NULL, items INTEGER NOT NULL, loss REAL, seconds REAL, bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL,
            drift_head REAL, drift_body REAL, drift_tail REAL, PRIMARY KEY (round, site)) WITHOUT ROWID;
        CREATE TABLE scores (
            round INTEGER NOT NULL, split TEXT NOT NULL, site TEXT NOT NULL, "case" TEXT NOT NULL, metric TEXT NOT NULL, model TEXT NOT NULL,
            value REAL, PRIMARY KEY (split, metric, round, model, site, "case")) WITHOUT ROWID;
        CREATE TABLE events (id INTEGER PRIMARY KEY, time TEXT NOT NULL, round INTEGER, site TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL);
        """;

    public static void Prepare(SqliteConnection connection, string path)
    {
        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;");
        using var read = connection.CreateCommand();
        read.CommandText = "PRAGMA user_version";
        var version = (long)read.ExecuteScalar()!;
        if (version > Version)
            throw new RosflException(ExitCode.InvalidFile, $"Run store '{path}' has version {version} and this rosfl reads up to {Version}: use a newer rosfl.");
        if (version == 0)
            Run(connection, $"BEGIN IMMEDIATE; {Tables} {RoundLedger.Tables} PRAGMA user_version = {Version}; COMMIT;");
        if (version == 1)
            Run(connection, $"BEGIN IMMEDIATE; {RoundLedger.Tables} PRAGMA user_version = {Version}; COMMIT;");
    }

    private static void Run(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
