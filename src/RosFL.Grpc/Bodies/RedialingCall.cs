using System.Security.Cryptography;
using Grpc.Core;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Bodies;

/// <summary>
/// Carries a link's exchanges over a stream, one at a time: reconnects and repeats an exchange while the network fails, and hands back its outcome.
/// </summary>
internal sealed class RedialingCall : IDisposable
{
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly CallInvoker invoker;
    private readonly BodyLinkOptions options;
    private readonly CancellationToken cancellation;
    private BodyCall? call;
    private bool disposed;

    public RedialingCall(CallInvoker invoker, BodyLinkOptions options, CancellationToken cancellation) =>
        (this.invoker, this.options, this.cancellation) = (invoker, options, cancellation);

    /// <summary>Blocks the calling torch thread until the answer is in the exchange's memory.</summary>
    /// <exception cref="RosflException">The other end refused, or did not answer in time.</exception>
    public void Exchange(BodyExchange exchange)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        // it keeps the deadline and always ends: only then is nobody else at the tensors' memory
        ExchangeAsync(exchange).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        EndAsync().GetAwaiter().GetResult();
    }

    private async Task ExchangeAsync(BodyExchange exchange)
    {
        using var deadline = new CancellationTokenSource(options.StepDeadline, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        Exception? failure = null;
        for (var retry = 0; !both.IsCancellationRequested; retry++)
        {
            try
            {
                if (retry > 0) await Task.Delay(Pause(retry), options.Time, both.Token);
                call ??= await BodyCall.OpenAsync(invoker, options, both.Token);
                await call.ExchangeAsync(exchange, both.Token);
                return;
            }
            catch (Exception e)
            {
                call?.Dispose();
                call = null;
                if (e is RpcException rpc && WireRefusal.From(rpc) is { } refusal) throw refusal;
                if (e is not (RpcException or IOException or InvalidOperationException or OperationCanceledException)) throw;
                failure = e is OperationCanceledException ? failure : e;
            }
        }
        cancellation.ThrowIfCancellationRequested();
        throw new RosflException(ExitCode.Unreachable,
            $"Step {exchange.Request.Position.Step} of round {options.Order.Key.Round + 1} at site '{options.Order.Site}' had no answer from the computation server within {options.StepDeadline.TotalSeconds:0.#} s{Because(failure)}: check the connection.", failure);
    }

    private static string Because(Exception? failure) => failure is RpcException rpc ? $" ({Quoted.Shortened(rpc.Status.Detail)})" : "";

    private TimeSpan Pause(int retry)
    {
        var longest = Math.Min(options.FirstRetry.TotalMilliseconds * Math.Pow(2, retry - 1), LongestRetry.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (0.5 + RandomNumberGenerator.GetInt32(1000) / 2000.0));
    }

    /// <summary>The answers are all there: a farewell that fails costs the other end some time, and this end nothing.</summary>
    private async Task EndAsync()
    {
        if (call is null) return;
        using var farewell = new CancellationTokenSource(options.Farewell, options.Time);
        try
        {
            await call.EndAsync(farewell.Token);
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // the other end drops the session by itself
        }
        call.Dispose();
    }
}
