using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>
/// The revocation list in force. With a file it is read again every <see cref="Period"/>; a damaged, unsigned or older file changes nothing and
/// is logged, so nobody gets back in by spoiling it.
/// </summary>
public sealed partial class Revocations : IDisposable
{
    /// <summary>Well below the 5 seconds in which a revoked party must be cut.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly string? path;
    private readonly X509Certificate2Collection roots;
    private readonly ILogger log;
    private readonly ITimer? timer;
    private readonly Lock gate = new();
    private volatile RevocationList list;
    private string read = "";

    private Revocations(string? path, X509Certificate2Collection roots, RevocationList list, TimeProvider time, ILogger? log)
    {
        (this.path, this.roots, this.list, this.log) = (path, roots, list, log ?? NullLogger.Instance);
        timer = time.CreateTimer(_ => Tick(), null, Period, Period);
    }

    /// <summary>Raised after every reading, on any thread: whoever keeps streams open looks at them again (a certificate may also have expired).</summary>
    public event Action? Looked;

    public RevocationList Current => list;

    /// <exception cref="RosflException">The file is missing or not signed by a root: a party does not start without a list.</exception>
    public static Revocations FromFile(string path, X509Certificate2Collection roots, TimeProvider time, ILogger? log = null)
    {
        var text = ReadText(path) ?? throw new RosflException(ExitCode.NotTrusted, $"Revocation list '{path}' is missing: copy it from the certificate authority.");
        return new(path, roots, RevocationList.Read(text, path, roots), time, log) { read = text };
    }

    /// <summary>A list held in memory, for throw-away trust.</summary>
    public static Revocations InMemory(X509Certificate2Collection roots, TimeProvider time) => new(null, roots, RevocationList.Empty(time), time, null);

    public Revocation? Find(X509Certificate2 certificate)
    {
        var revoked = list.Revoked;
        if (revoked.Length == 0) return null;
        var key = PartyCertificate.KeyOf(certificate);
        return Array.Find(revoked, entry => entry.Key == key);
    }

    /// <summary>Takes a list that came over the network, if it is newer; a file is replaced too.</summary>
    /// <param name="text">As <see cref="RevocationList.Signed"/> made it.</param>
    public void Take(string text, string source)
    {
        lock (gate)
        {
            var taken = RevocationList.Read(text, source, roots);
            if (taken.Number <= list.Number) return;
            if (path is not null) AtomicFile.WriteText(path, text);
            (list, read) = (taken, text);
            Log.Taken(log, taken.Number, taken.Revoked.Length);
        }

        Looked?.Invoke();
    }

    public void Dispose() => timer?.Dispose();

    private void Tick()
    {
        if (path is not null) Reread(path);
        Looked?.Invoke();
    }

    private void Reread(string file)
    {
        lock (gate)
        {
            if (ReadText(file) is not { } text || text == read) return;
            read = text;
            try
            {
                var found = RevocationList.Read(text, file, roots);
                if (found.Number < list.Number) Log.Older(log, found.Number, list.Number);
                else list = found;
            }
            catch (RosflException error)
            {
                Log.Damaged(log, error.Message);
            }
        }
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Revocation list {Number} with {Revoked} entries is in force.")]
        public static partial void Taken(ILogger logger, long number, int revoked);

        [LoggerMessage(Level = LogLevel.Error, Message = "Revocation list {Found} is older than {Known}, the one in force, and is not taken.")]
        public static partial void Older(ILogger logger, long found, long known);

        [LoggerMessage(Level = LogLevel.Error, Message = "The revocation list in force stays: {Reason}")]
        public static partial void Damaged(ILogger logger, string reason);
    }
}
