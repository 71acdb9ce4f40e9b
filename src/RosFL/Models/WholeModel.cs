using RosFL.Networks;
using RosFL.Networks.Onnx;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Models;

/// <summary>
/// Head, body and tail put together to one network that is cut nowhere. Arrays have the names that an ordinary PyTorch module of the same
/// layers has in its state_dict: down0.conv1.weight, without the part in front (docs/models.md).
/// </summary>
public sealed class WholeModel : IDisposable
{
    private readonly RunOptions run;
    private readonly NetworkDefinition network;

    /// <exception cref="RosflException">The algorithm has no body, or the parts are not those of the run's network.</exception>
    public WholeModel(RunOptions run, Model parts)
    {
        (this.run, Parts) = (run, parts);
        if (!parts.Has(PartName.Body))
            throw new RosflException(ExitCode.InvalidRun, $"Run '{run.Name}' trained '{run.Algorithm.Name}', which has no body: there is no whole model to assemble.");
        network = NetworkCatalog.Create(run.Network, run.Cut, new MachineOptions { Device = DeviceKind.Cpu });
        var trained = parts.Parts.Values.SelectMany(p => p.Arrays).ToDictionary(a => a.Name);
        Arrays = [.. NamesOf(network).Select(name => trained.GetValueOrDefault(name)
            ?? throw new RosflException(ExitCode.InvalidFile, $"The parts of run '{run.Name}' lack '{name}': they come from another network or cut."))];
    }

    public Model Parts { get; }

    /// <summary>From the outermost left side to the outermost right side.</summary>
    public IReadOnlyList<NamedArray> Arrays { get; }

    public void WriteSafetensors(string path) => Safetensors.Write(path, Arrays, new Dictionary<string, string>
    {
        ["format"] = "pt",
        ["network"] = RunJson.Text(System.Text.Json.JsonSerializer.SerializeToNode(run.Network, RunJson.Options)),
        ["cut"] = RunJson.Text(System.Text.Json.JsonSerializer.SerializeToNode(run.Cut, RunJson.Options)),
    });

    /// <exception cref="RosflException">The network has no ONNX form.</exception>
    public void WriteOnnx(string path) => AtomicFile.Write(path, stream => OnnxFile.Write(stream, network, run.Network, Arrays));

    public void Dispose()
    {
        foreach (var (_, module) in network.Network.Modules) module.Dispose();
    }

    private static IEnumerable<string> NamesOf(NetworkDefinition network) =>
        from named in network.Network.Modules
        from name in named.Module.named_parameters().Select(p => p.name).Concat(named.Module.named_buffers().Select(b => b.name))
        select $"{named.Name}.{name}";
}
