using RosFL.Runs;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// What a site has signed and revealed, in SQLite, on disk before it is sent: a site that was restarted in between neither signs nor reveals
/// twice. A site that has revealed shares of a round signs no other survivors for that round in any session, since the difference of
/// two sums would show single updates.
/// </summary>
public sealed class SignedRounds : IDisposable
{
    private readonly SqliteFile file;

    private SignedRounds(SqliteFile file) => this.file = file;

    /// <param name="path">A file, or ":memory:" for a study in one process.</param>
    public static SignedRounds Open(string path) => new(SqliteFile.Open(path, (connection, _) =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS signed (
                site TEXT NOT NULL, session BLOB NOT NULL, study TEXT NOT NULL, round INTEGER NOT NULL,
                survivors TEXT NOT NULL, revealed INTEGER NOT NULL, PRIMARY KEY (site, session)) WITHOUT ROWID;
            """;
        command.ExecuteNonQuery();
    }));

    /// <summary>Records that the site is about to sign these survivors.</summary>
    /// <param name="site">SHA-256 of its public key: a renewed certificate is the same site.</param>
    /// <param name="survivors">Likewise.</param>
    /// <exception cref="RosflException">It signed in this session before, or revealed other survivors' shares in this round.</exception>
    public void Sign(string site, byte[] session, string study, int round, IEnumerable<string> survivors)
    {
        var names = string.Join(',', survivors.Order(StringComparer.Ordinal));
        file.Transaction(() =>
        {
            Refusal.Unless(!Any("SELECT 1 FROM signed WHERE site = $1 AND session = $2", site, session),
                $"This site has signed the survivors of round {round} in this session before: it takes part again in the next session.");
            Refusal.Unless(!Any("SELECT 1 FROM signed WHERE site = $1 AND study = $2 AND round = $3 AND revealed = 1 AND survivors <> $4", site, study, round, names),
                $"This site has revealed shares of round {round} for other survivors: it signs the round only for the same sites again.");
            file.Run("INSERT INTO signed VALUES ($1,$2,$3,$4,$5,0)", site, session, study, round, names);
        });
    }

    /// <summary>Records that the site is about to reveal its shares.</summary>
    /// <exception cref="RosflException">It has not signed in this session, or revealed before.</exception>
    public void Reveal(string site, byte[] session) => Refusal.Unless(
        file.Run("UPDATE signed SET revealed = 1 WHERE site = $1 AND session = $2 AND revealed = 0", site, session) == 1,
        "This site has revealed its shares in this session before, or never signed in it: it takes part again in the next session.");

    public void Dispose() => file.Dispose();

    private bool Any(string text, params object[] values) => file.Query(text, row => row.GetInt32(0), values).Count > 0;
}
