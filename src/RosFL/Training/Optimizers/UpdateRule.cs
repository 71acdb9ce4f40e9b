using System.Numerics;
using System.Runtime.InteropServices;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training.Optimizers;

/// <summary>
/// How gradients change the parameters of a part, with vectors and a count that the rule keeps for each parameter. They are made at the first step,
/// so a part that only predicts has none. One pass over the memory does a whole update; the steps of a number use no other number and no fused
/// multiplication, so the bits are those of every machine and layout. TorchSharp's optimizers are not used: their numbers do not survive a garbage
/// collection (<see cref="Tensors.TensorArithmetic"/>), and each makes about eight passes.
/// </summary>
internal abstract class UpdateRule(Part part, params string[] vectors) : IDisposable
{
    private readonly Dictionary<string, (long Step, Tensor[] Vectors)> memory = [];

    /// <summary>One step with a learning rate, on the gradients that are there.</summary>
    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, parameter) in part.Parameters)
        {
            if (parameter.grad is not { } gradient) continue;
            var (step, kept) = memory.TryGetValue(name, out var found) ? found : (0, Blank(parameter));
            memory[name] = (++step, kept);
            if (IsFlat(parameter) && kept.All(IsFlat)) UpdateMemory(step, rate, parameter, gradient, kept);
            else Update(step, rate, parameter, gradient, kept);
        }
    }

    /// <summary>Vectors and counts under the parameters' names.</summary>
    public IEnumerable<NamedArray> Save() =>
        from p in part.Parameters
        where vectors.Length > 0 && memory.ContainsKey(p.Name)
        let kept = memory[p.Name]
        from array in kept.Vectors.Select((v, i) => Part.Copy($"{p.Name}.{vectors[i]}", v)).Prepend(new NamedArray(p.Name + ".step", [1], [kept.Step]))
        select array;

    public void Restore(IReadOnlyDictionary<string, NamedArray> saved)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, parameter) in part.Parameters)
        {
            if (!saved.TryGetValue(name + ".step", out var step)) continue;
            var kept = Blank(parameter);
            foreach (var (vector, target) in vectors.Zip(kept))
                target.copy_(tensor(saved[$"{name}.{vector}"].Values, target.shape));
            Forget(name);
            memory[name] = ((long)step.Values[0], kept);
        }
    }

    public void Dispose()
    {
        foreach (var name in memory.Keys.ToList()) Forget(name);
    }

    /// <summary>An update of numbers in memory; vectors that the rule does not have are empty.</summary>
    protected abstract void Update(
        long step, double rate, Span<Vector<float>> weights, ReadOnlySpan<Vector<float>> gradient, Span<Vector<float>> first, Span<Vector<float>> second);

    /// <summary>The same by tensor operations, for other devices and number types.</summary>
    protected abstract void Update(long step, double rate, Tensor weights, Tensor gradient, Tensor[] kept);

    private void UpdateMemory(long step, double rate, Tensor parameter, Tensor gradient, Tensor[] kept)
    {
        if (!gradient.stride().AsSpan().SequenceEqual(parameter.stride())) gradient = empty_like(parameter).copy_(gradient);
        Span<float> first = kept.Length > 0 ? Flat(kept[0]) : [], second = kept.Length > 1 ? Flat(kept[1]) : [];
        var weights = Flat(parameter);
        var slope = Flat(gradient);
        Update(step, rate, Wide(weights), Wide(slope), Wide(first), Wide(second));
        if (weights.Length % Vector<float>.Count > 0) UpdateRest(step, rate, Rest(weights), Rest(slope), Rest(first), Rest(second));
    }

    /// <summary>The last numbers, too few for a vector, go through the same code with zeros behind them.</summary>
    private void UpdateRest(long step, double rate, Span<float> weights, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second)
    {
        Span<Vector<float>> w = [Padded(weights)], m = first.Length > 0 ? [Padded(first)] : [], v = second.Length > 0 ? [Padded(second)] : [];
        Update(step, rate, w, [Padded(gradient)], m, v);
        Narrow(w)[..weights.Length].CopyTo(weights);
        Narrow(m)[..first.Length].CopyTo(first);
        Narrow(v)[..second.Length].CopyTo(second);
    }

    private static Span<Vector<float>> Wide(Span<float> numbers) => MemoryMarshal.Cast<float, Vector<float>>(numbers);

    private static Span<float> Narrow(Span<Vector<float>> vectors) => MemoryMarshal.Cast<Vector<float>, float>(vectors);

    private static Span<float> Rest(Span<float> numbers) => numbers[(numbers.Length - numbers.Length % Vector<float>.Count)..];

    private static Vector<float> Padded(ReadOnlySpan<float> numbers)
    {
        Span<Vector<float>> vector = [default];
        numbers.CopyTo(Narrow(vector));
        return vector[0];
    }

    private Tensor[] Blank(Tensor parameter) => [.. vectors.Select(_ => zeros_like(parameter).detach().DetachFromDisposeScope())];

    private void Forget(string name)
    {
        if (!memory.Remove(name, out var kept)) return;
        foreach (var tensor in kept.Vectors) tensor.Dispose();
    }

    private static bool IsFlat(Tensor tensor) =>
        tensor.device_type == TorchSharp.DeviceType.CPU && tensor.dtype == ScalarType.Float32 && InOrder(tensor).is_contiguous();

    /// <summary>All numbers in the order in which they lie in memory; valid while the tensor lives.</summary>
    private static Span<float> Flat(Tensor tensor) => MemoryMarshal.Cast<byte, float>(InOrder(tensor).bytes);

    /// <summary>The tensor with its slowest axis first: contiguous if it has no gaps.</summary>
    private static Tensor InOrder(Tensor tensor)
    {
        var strides = tensor.stride();
        return tensor.detach().permute([.. Enumerable.Range(0, strides.Length).OrderByDescending(axis => strides[axis]).Select(axis => (long)axis)]);
    }
}
