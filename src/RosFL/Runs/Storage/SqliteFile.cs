using Microsoft.Data.Sqlite;

namespace RosFL.Runs;

/// <summary>
/// A SQLite file with one connection and one writer: every commit is on disk when it returns. Safe to call from several threads; failures
/// come as one sentence.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly string path;
    private readonly Lock gate = new();

    private SqliteFile(string path, SqliteConnection connection) => (this.path, this.connection) = (path, connection);

    /// <summary>Opens the file and makes it when it is not there; <paramref name="prepare"/> makes its tables.</summary>
    public static SqliteFile Open(string path, Action<SqliteConnection, string> prepare)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            prepare(connection, path);
            return new(path, connection);
        }
        catch (Exception error)
        {
            connection.Dispose();
            if (error is SqliteException sqlite)
                throw Explain(path, sqlite);
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> as one transaction that takes the write lock at once.</summary>
    public T Transaction<T>(Func<T> work) => Guard(() =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = work();
        transaction.Commit();
        return result;
    });

    public void Transaction(Action work) => Transaction(() =>
    {
        work();
        return 0;
    });

    /// <summary>Runs a statement and answers how many rows it changed.</summary>
    public int Run(string text, params object?[] values) => Guard(() =>
    {
        using var command = Command(text, values);
        return command.ExecuteNonQuery();
    });

    public List<T> Query<T>(string text, Func<SqliteDataReader, T> read, params object?[] values) => Guard(() =>
    {
        using var command = Command(text, values);
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read())
            list.Add(read(rows));
        return list;
    });

    /// <summary>SQLite has no NaN: it stores NULL.</summary>
    public static double Real(SqliteDataReader row, int column) => row.IsDBNull(column) ? double.NaN : row.GetDouble(column);

    public void Dispose() => connection.Dispose();

    private SqliteCommand Command(string text, object?[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (i, value) in values.Index())
            command.Parameters.AddWithValue($"${i + 1}", value is null or double.NaN ? DBNull.Value : value);
        return command;
    }

    /// <summary>Runs <paramref name="work"/> without another thread's statement in between.</summary>
    public T Guard<T>(Func<T> work)
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
