using RosFL.Grpc.Coordination;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>How long a party waits before it tries again.</summary>
public sealed class BackoffTests
{
    private readonly NoWaiting time = new();

    [Fact]
    public async Task Waits_grow_eachBetweenHalfAndAllOfItsLength()
    {
        var longest = new[] { 200, 400, 800, 1600, 3000, 3000, 3000 };
        var waits = await WaitsAsync(new Backoff(time), longest.Length);
        Assert.All(waits.Zip(longest), w => Assert.InRange(w.First.TotalMilliseconds, w.Second / 2, w.Second));
    }

    /// <summary>Parties that lost the same server do not come back at once.</summary>
    [Fact]
    public async Task Waits_ofManyParties_differ()
    {
        var firsts = new HashSet<TimeSpan>();
        for (var party = 0; party < 100; party++) firsts.UnionWith(await WaitsAsync(new Backoff(time), 1));
        Assert.True(firsts.Count > 20);
    }

    [Fact]
    public async Task Wait_afterSuccess_isShortAgain()
    {
        var backoff = new Backoff(time);
        await WaitsAsync(backoff, 5);
        backoff.Reset();
        Assert.InRange((await WaitsAsync(backoff, 1))[0].TotalMilliseconds, 100, 200);
    }

    private async Task<IReadOnlyList<TimeSpan>> WaitsAsync(Backoff backoff, int count)
    {
        time.Waits.Clear();
        for (var i = 0; i < count; i++) await backoff.WaitAsync(CancellationToken.None);
        return [.. time.Waits];
    }

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class NoWaiting : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
