using System.Security.Cryptography;

namespace RosFL.Grpc.Coordination;

/// <summary>Waits that grow from one try to the next, each drawn between half and all of its length, so that parties do not come back at once.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200), Longest = TimeSpan.FromSeconds(3);
    private TimeSpan next = First;

    /// <summary>After success: the next wait is short again.</summary>
    public void Reset() => next = First;

    public async Task WaitAsync(CancellationToken cancellation)
    {
        var wait = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32((int)next.TotalMilliseconds / 2, (int)next.TotalMilliseconds + 1));
        next = next * 2 < Longest ? next * 2 : Longest;
        await Task.Delay(wait, time, cancellation);
    }
}
