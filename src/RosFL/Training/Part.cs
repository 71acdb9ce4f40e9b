using RosFL.Networks;
using RosFL.Networks.Layers;
using RosFL.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>One part of the cut network as live tensors: its parameters and running statistics by state_dict name.</summary>
public sealed class Part : IDisposable
{
    private readonly IReadOnlyList<NamedModule> modules;

    public Part(PartName name, IEnumerable<NamedModule> modules, Device device)
    {
        (Name, this.modules) = (name, [.. modules]);
        foreach (var (_, module) in this.modules) module.to(device);
        Parameters = [.. from m in this.modules from p in m.Module.named_parameters() select ($"{m.Name}.{p.name}", p.parameter)];
        Statistics = [.. from m in this.modules from b in m.Module.named_buffers() select ($"{m.Name}.{b.name}", b.buffer)];
        NormalisationNames = new HashSet<string>(from m in this.modules
                                                 from inner in m.Module.named_modules()
                                                 where inner.module is Normalisation
                                                 from p in inner.module.named_parameters().Select(p => p.name).Concat(inner.module.named_buffers().Select(b => b.name))
                                                 select $"{m.Name}.{inner.name}.{p}");
    }

    public PartName Name { get; }

    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    public IReadOnlyList<(string Name, Tensor Value)> Statistics { get; }

    /// <summary>Names of all parameters and statistics of normalisation layers.</summary>
    public IReadOnlySet<string> NormalisationNames { get; }

    /// <summary>Training or evaluation mode of batch normalisation.</summary>
    public void Train(bool training)
    {
        foreach (var (_, module) in modules) module.train(training);
    }

    /// <summary>Draws the weights, one stream of chance for each module, whatever the cut and the order in which modules were made.</summary>
    public void Draw(Seeds seeds)
    {
        foreach (var (name, module) in modules)
        {
            using var stream = seeds.Stream("init/" + name);
            Initialisation.Draw(module, stream);
        }
    }

    /// <summary>Copies out parameters, then statistics, as row-major float arrays.</summary>
    public Weights Read()
    {
        using var scope = NewDisposeScope();
        return new([.. Parameters.Select(p => Copy(p.Name, p.Value)), .. Statistics.Select(s => Copy(s.Name, s.Value))], Parameters.Count);
    }

    /// <summary>What <see cref="Read"/> gives, with zeros for numbers.</summary>
    public Weights Blank()
    {
        static NamedArray Zero(string name, Tensor value) => new(name, value.shape, new float[value.numel()]);
        return new([.. Parameters.Select(p => Zero(p.Name, p.Value)), .. Statistics.Select(s => Zero(s.Name, s.Value))], Parameters.Count);
    }

    /// <summary>Copies in the arrays that the part knows by name; others (an algorithm's own vectors) are passed over.</summary>
    public void Write(Weights weights)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var own = Parameters.Select(p => (p.Name, Value: (Tensor)p.Value)).Concat(Statistics).ToDictionary(p => p.Name, p => p.Value);
        foreach (var array in weights.Arrays)
            if (own.TryGetValue(array.Name, out var target)) target.copy_(tensor(array.Values, array.Shape));
    }

    public void ClearGradients()
    {
        foreach (var (_, parameter) in Parameters) parameter.grad = null;
    }

    public void Dispose()
    {
        foreach (var (_, module) in modules) module.Dispose();
    }

    internal static NamedArray Copy(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return new(name, tensor.shape, tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray());
    }
}
