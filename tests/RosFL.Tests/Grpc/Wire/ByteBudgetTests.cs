using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Wire;

/// <summary>Bytes in flight are bounded: who asks for more than is free waits, which holds back the sender.</summary>
public sealed class ByteBudgetTests
{
    private readonly ByteBudget budget = new(100);

    [Fact]
    public async Task Take_ofMoreThanIsFree_waitsUntilBytesAreGivenBack()
    {
        var first = await TakeAsync(60);
        var second = TakeAsync(60);
        Assert.False(second.IsCompleted);
        Assert.Equal(40, budget.Free);
        first.Dispose();
        first.Dispose();
        (await second).Dispose();
        Assert.Equal(100, budget.Free);
    }

    /// <summary>A small request that would fit does not overtake a large one, which would then never have its turn.</summary>
    [Fact]
    public async Task Takes_areGranted_inTheOrderOfAsking()
    {
        var first = await TakeAsync(60);
        var (large, small) = (TakeAsync(80), TakeAsync(10));
        Assert.False(small.IsCompleted);
        first.Dispose();
        await Task.WhenAll(large, small);
        Assert.Equal(10, budget.Free);
    }

    [Fact]
    public async Task Take_thatIsGivenUp_letsTheNextOnePass()
    {
        using var first = await TakeAsync(60);
        using var gone = new CancellationTokenSource();
        var large = TakeAsync(80, gone.Token);
        var small = TakeAsync(10);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        using var passed = await small;
        Assert.Equal(30, budget.Free);
    }

    [Fact]
    public async Task Take_ofMoreThanThereIs_isRefused()
    {
        var refusal = await Assert.ThrowsAsync<RosflException>(() => TakeAsync(101));
        Assert.Equal("A message of this study has 101 bytes of tensors, and a server spends 100 at most (limits.bytesInFlight): use a smaller network, batch or patch, or raise it in the server's configuration.", refusal.Message);
        Assert.Equal(100, budget.Free);
    }

    private Task<IDisposable> TakeAsync(long bytes, CancellationToken cancellation = default) => budget.TakeAsync(bytes, cancellation);
}
