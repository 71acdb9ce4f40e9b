using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>
/// SCAFFOLD (Karimireddy et al. 2020): each gradient is moved by the difference of the global and the site's own control variate. The
/// site's variate is the mean of its raw gradients over the round, which for plain SGD is the paper's option II and holds for any
/// optimizer; the global one is merged beside the weights.
/// </summary>
public sealed class ScaffoldHook : StepHook
{
    private const string Prefix = "control.";
    private Dictionary<string, NamedArray> own = [];
    private Tensor[] shift = [], sum = [];
    private int steps;

    public override void Recall(IReadOnlyDictionary<string, NamedArray> memory) =>
        own = memory.Where(m => m.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(m => m.Key, m => m.Value);

    public override void BeginRound(Part part, Weights global)
    {
        using var scope = NewDisposeScope();
        sum = [.. part.Parameters.Select(p => zeros_like(p.Value).detach().DetachFromDisposeScope())];
        shift = [.. part.Parameters.Select(p => Shift(Prefix + p.Name, p.Value, global).DetachFromDisposeScope())];
    }

    public override void BeforeStep(Part part)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            if (part.Parameters[i].Value.grad is not { } gradient) continue;
            sum[i].Add(gradient);
            gradient.Add(shift[i]);
        }
        steps++;
    }

    public override IEnumerable<NamedArray> EndRound(Part part)
    {
        using var scope = NewDisposeScope();
        own = part.Parameters.Zip(sum, (p, s) => Part.Copy(Prefix + p.Name, s.DividedBy(Math.Max(1, steps)))).ToDictionary(a => a.Name);
        return own.Values;
    }

    public override IEnumerable<NamedArray> Memory() => own.Values;

    public override void Dispose()
    {
        foreach (var tensor in sum.Concat(shift)) tensor.Dispose();
    }

    private Tensor Shift(string name, Tensor parameter, Weights global)
    {
        var result = zeros_like(parameter).detach();
        if (global.Find(name) is { } c) result.Add(tensor(c.Values, c.Shape).to(parameter.device));
        if (own.TryGetValue(name, out var ci)) result.sub_(tensor(ci.Values, ci.Shape).to(parameter.device));
        return result;
    }
}
