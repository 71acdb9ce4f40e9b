using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>An order is given and taken back while a run looks for it.</summary>
public sealed class OperatorOrderTests : IDisposable
{
    private const int Orders = 200;
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Current_withoutAnOrder_isToRun()
    {
        Assert.Equal(OperatorWish.Run, new OperatorOrder(folder.Path, TimeProvider.System).Current);
        Assert.Equal(OperatorWish.Run, new OperatorOrder(folder["gone"], TimeProvider.System).Current);
    }

    /// <summary>A file that was there a moment ago may be gone when it is read: then nothing is ordered.</summary>
    [Fact]
    public async Task Current_whileAnOrderIsTakenBack_isTheOrderOrToRun()
    {
        var order = new OperatorOrder(folder.Path, TimeProvider.System);
        var giving = Task.Run(() =>
        {
            for (var i = 0; i < Orders; i++)
            {
                order.Give(OperatorWish.Pause);
                order.Give(OperatorWish.Run);
            }
        }, TestContext.Current.CancellationToken);
        do Assert.NotEqual(OperatorWish.Abort, order.Current);
        while (!giving.IsCompleted);
        await giving;
        Assert.Equal(OperatorWish.Run, order.Current);
    }

    public void Dispose() => folder.Dispose();
}
