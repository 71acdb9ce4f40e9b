using RosFL.Federation;
using RosFL.Networks;
using RosFL.Runs;

namespace RosFL.Tests.Grpc;

/// <summary>What parties on this machine's loopback are given.</summary>
internal static class Loopback
{
    /// <summary>What the catalogues know.</summary>
    public static RunNames Names { get; } = new()
    {
        Algorithms = Algorithms.Names.ToDictionary(n => n, Algorithms.OptionsOf),
        Split = Algorithms.Names.Where(Algorithms.IsSplit).ToHashSet(),
        Networks = NetworkCatalog.Names.ToDictionary(n => n, NetworkCatalog.OptionsOf),
    };

    /// <summary>A secret as a configuration writes it.</summary>
    public static string Text(Seeds seeds) => Convert.ToHexStringLower(seeds.Secret);
}
