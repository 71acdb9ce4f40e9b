using Microsoft.Extensions.Time.Testing;

namespace RosFL.Tests.Grpc;

/// <summary>A clock that stands still, so that no limit passes on a busy machine, until a test waits for one to pass.</summary>
internal static class PassingTime
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>Lets time pass, again and again, until something has happened: what a limit is set for may begin late.</summary>
    public static async Task PassUntilAsync(this FakeTimeProvider time, TimeSpan step, Func<bool> hasHappened)
    {
        while (!hasHappened())
        {
            time.Advance(step);
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
