using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>The computation server in another process. Calls are repeated until they are answered, since each may be.</summary>
public sealed class RemoteBodyHost(CallInvoker server, TimeProvider time, Action<string>? notice = null) : IBodyHost
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly BodyHosts.BodyHostsClient client = new(server);
    private Func<Task>? before;

    public async Task BeginAsync(BodyRound round, CancellationToken cancellation)
    {
        var begin = new BeginBodies
        {
            Version = WireVersion.Own,
            Study = round.Key.Study,
            Round = round.Key.Round,
            Attempt = round.Key.Attempt,
            Sites = { round.Sites },
            Last = round.Last is null ? "" : WireJson.Write(round.Last),
        };
        WireVersion.Agree((await CallAsync(options => client.BeginAsync(begin, options), cancellation)).Version, "the computation server");
    }

    public async Task<BodyMerge> PrepareAsync(MergeDecision decision, CancellationToken cancellation)
    {
        var merged = await CallAsync(options => client.PrepareAsync(new PrepareBodies { Study = decision.Key.Study, Decision = WireJson.Write(decision) }, options), cancellation);
        return new(merged.Hash, merged.Drift, merged.LargestChange);
    }

    public Task CommitAsync(CommitRecord record, IReadOnlySet<int> keep, CancellationToken cancellation) => CallAsync(options => client.CommitAsync(new CommitBodies
    {
        Study = record.Key.Study,
        Record = WireJson.Write(record),
        Keep = { keep },
    }, options), cancellation);

    /// <summary>Told once: a server that does not hear it learns it with the next round's beginning.</summary>
    public async Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        try
        {
            await client.AbortAsync(new AbortBodies { Study = key.Study, Round = key.Round, Attempt = key.Attempt }, Options(cancellation));
        }
        catch (RpcException away) when (IsAway(away))
        {
            notice?.Invoke($"The computation server did not hear that {key} is aborted; it will with the next beginning.");
        }
    }

    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellation)
    {
        for (var wait = new Backoff(time); ; await wait.WaitAsync(cancellation))
            try
            {
                var answer = await call(Options(cancellation));
                await RepeatAsync(async () => await call(Options(cancellation)));
                return answer;
            }
            catch (RpcException e) when (!cancellation.IsCancellationRequested)
            {
                if (WireRefusal.From(e) is { } refusal) throw refusal;
                if (!IsAway(e)) throw e.Explain(time) ?? new RosflException(ExitCode.Protocol, $"The computation server refuses: {e.Status.Detail}", e);
                notice?.Invoke($"The computation server cannot be reached ({e.StatusCode}); trying again.");
            }
            catch (RpcException e)
            {
                throw new OperationCanceledException("The call was cancelled.", e, cancellation);
            }
    }

    /// <summary>In tests this call again, and after it the one before, which is late by then: whatever they are answered, nothing follows from it.</summary>
    private async Task RepeatAsync(Func<Task> call)
    {
        if (Repetition.IsDue()) await QuietAsync(call());
        if (before is not null && Repetition.IsDue()) await QuietAsync(before());
        before = call;
        static Task QuietAsync(Task task) => task.ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    private CallOptions Options(CancellationToken cancellation) => new(deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: cancellation);

    private static bool IsAway(RpcException e) => e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal;
}
