using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>Refusals on their way to the audit log: the first <see cref="PerMinute"/> of a minute in words, the others as one number, so that a flood fills no disk.</summary>
internal sealed class RefusalLog(AuditLog log, TimeProvider time)
{
    public const int PerMinute = 30;

    private readonly Lock gate = new();
    private DateTimeOffset minute;
    private int refused;

    public void Add(AuditEvent refusal)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (now - minute >= TimeSpan.FromMinutes(1))
            {
                if (refused > PerMinute) log.Append(new(AuditEventKind.Refused) { Sentence = $"{refused - PerMinute} more refusals in the minute after {minute.UtcDateTime:u}." });
                (minute, refused) = (now, 0);
            }

            if (++refused <= PerMinute) log.Append(refusal);
        }
    }
}
