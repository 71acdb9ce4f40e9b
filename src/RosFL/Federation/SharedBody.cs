using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>
/// SplitFed V2's one body for all sites: step k of every site in an order drawn for each k; early requests wait for their turn. A turn
/// lasts from a step's forward to the optimizer's step, so one graph lives at a time.
/// </summary>
public sealed class SharedBody(Study study, IReadOnlyList<string> sites, int round, CancellationToken cancellation)
{
    private readonly object turns = new();
    private readonly HashSet<string> active = [.. sites];
    private readonly Dictionary<string, int> done = sites.ToDictionary(s => s, _ => 0);
    private BodyReplica? body;

    public IHostedBody Open(string site, Func<BodyReplica> create, Action<BodyReplica> retire)
    {
        lock (turns) body ??= create();
        return new Link(this, site, retire);
    }

    /// <summary>The site whose turn it is: of those with the fewest steps done, the first in the order drawn for that step.</summary>
    private string Next()
    {
        var step = active.Min(s => done[s]);
        var order = sites.ToArray();
        Seeds.Random(study.Seeds.Bodies.For("turns", round, step)).Shuffle(order);
        return order.First(s => active.Contains(s) && done[s] == step);
    }

    private void AwaitTurn(string site)
    {
        lock (turns)
            while (Next() != site)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(turns, TimeSpan.FromMilliseconds(100));
            }
    }

    private void EndTurn(string site)
    {
        lock (turns)
        {
            done[site]++;
            Monitor.PulseAll(turns);
        }
    }

    private void Leave(string site, Action<BodyReplica> retire)
    {
        lock (turns)
        {
            active.Remove(site);
            Monitor.PulseAll(turns);
            if (active.Count > 0 || body is null) return;
            retire(body);
            body.Dispose();
            body = null;
        }
    }

    private sealed class Link(SharedBody shared, string site, Action<BodyReplica> retire) : IHostedBody
    {
        public Tensor Forward(Tensor smashed, StepTime time)
        {
            shared.AwaitTurn(site);
            return shared.body!.Forward(smashed);
        }

        public Tensor WalkBack(Tensor featuresGradient) => shared.body!.WalkBack(featuresGradient);

        public void Step(StepTime time)
        {
            shared.body!.Step(time);
            shared.EndTurn(site);
        }

        public Tensor Infer(Tensor smashed) => shared.body!.Infer(smashed);

        public void Dispose() => shared.Leave(site, retire);
    }
}
