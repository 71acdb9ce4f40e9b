using RosFL.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>An optimizer's moments and step counts as named arrays, and back.</summary>
internal static class OptimizerMoments
{
    public static IEnumerable<NamedArray> Save(OptimizerHelper optimizer, Part part) =>
        States(optimizer, part).SelectMany(s => s.State switch
        {
            Adam.State a => Moments(s.Name, a.step, a.exp_avg, a.exp_avg_sq),
            AdamW.State a => Moments(s.Name, a.step, a.exp_avg, a.exp_avg_sq),
            SGD.State g => g.momentum_buffer is null ? [] : [Part.Copy(s.Name + ".momentum", g.momentum_buffer)],
            _ => throw new InvalidOperationException($"No moments are known for {s.State.GetType().Name}."),
        });

    public static void Restore(OptimizerHelper optimizer, Part part, IReadOnlyDictionary<string, NamedArray> saved)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, parameter, state) in States(optimizer, part))
            switch (state)
            {
                case Adam.State a:
                    a.step = Load(name, saved, a.exp_avg, a.exp_avg_sq);
                    break;
                case AdamW.State a:
                    a.step = Load(name, saved, a.exp_avg, a.exp_avg_sq);
                    break;
                case SGD.State g when saved.TryGetValue(name + ".momentum", out var momentum):
                    g.momentum_buffer = empty_like(parameter).copy_(tensor(momentum.Values, momentum.Shape)).DetachFromDisposeScope();
                    break;
            }
    }

    private static IEnumerable<(string Name, Parameter Parameter, OptimizerState State)> States(OptimizerHelper optimizer, Part part) =>
        part.Parameters.Zip(optimizer.state_dict().State, (p, state) => (p.Name, p.Value, state));

    private static NamedArray[] Moments(string name, long step, Tensor first, Tensor second) =>
        [new(name + ".step", [1], [step]), Part.Copy(name + ".exp_avg", first), Part.Copy(name + ".exp_avg_sq", second)];

    private static long Load(string name, IReadOnlyDictionary<string, NamedArray> saved, Tensor first, Tensor second)
    {
        var (m, v) = (saved[name + ".exp_avg"], saved[name + ".exp_avg_sq"]);
        first.copy_(tensor(m.Values, m.Shape));
        second.copy_(tensor(v.Values, v.Shape));
        return (long)saved[name + ".step"].Values[0];
    }
}
