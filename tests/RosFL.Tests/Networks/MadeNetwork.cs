using RosFL.Networks;
using RosFL.Runs;

namespace RosFL.Tests.Networks;

/// <summary>Networks for tests, from a few words.</summary>
internal static class MadeNetwork
{
    public static readonly MachineOptions Machine = new() { Device = DeviceKind.Cpu, Layout = MemoryLayout.Contiguous };

    public static NetworkDefinition Create(NetworkOptions network, CutOptions? cut = null) => NetworkCatalog.Create(network, cut ?? new(), Machine);

    /// <summary>Trained numbers of some modules.</summary>
    public static long Numbers(IEnumerable<NamedModule> modules) => modules.SelectMany(m => m.Module.parameters()).Sum(p => p.numel());
}
