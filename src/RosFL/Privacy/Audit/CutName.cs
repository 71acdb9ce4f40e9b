using System.Globalization;
using System.Text.RegularExpressions;
using RosFL.Networks;
using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>Cuts as <c>audit.cuts</c> spells them: "2" or "2:4x2" (depth, channels, stride).</summary>
public static partial class CutName
{
    private static readonly (int Channels, int Stride)[] Narrowings = [(0, 1), (4, 2), (2, 2), (1, 2), (4, 4), (2, 4), (1, 4)];

    // where levels do not halve the resolution: one number then stands for as large a block as with stride 4 below a U-Net's first level
    private static readonly (int Channels, int Stride)[] Coarser = [(4, 8), (2, 8), (1, 8)];

    public static string Of(CutOptions cut) =>
        string.Create(CultureInfo.InvariantCulture, $"{cut.Depth}{(cut.NarrowChannels == 0 ? "" : $":{cut.NarrowChannels}x{cut.NarrowStride}")}");

    /// <summary>The cuts to be audited: those of <c>audit.cuts</c>, or the run's own and then every depth with every narrowing.</summary>
    /// <exception cref="RosflException">A name is malformed.</exception>
    public static IReadOnlyList<CutOptions> Candidates(RunOptions run) => run.Audit.Cuts.Length > 0
        ? [.. run.Audit.Cuts.Select(Parse)]
        : [.. Every(run.Network).Prepend(run.Cut).Distinct()];

    /// <exception cref="RosflException">The name is malformed.</exception>
    public static CutOptions Parse(string name)
    {
        var match = Pattern().Match(name);
        if (!match.Success)
            throw new RosflException(ExitCode.InvalidRun, $"Cut '{name}' of audit.cuts is malformed: write a depth, or depth:channelsXstride such as '2:4x2'.");
        int Number(int group, int otherwise) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : otherwise;
        return new CutOptions { Depth = Number(1, 1), NarrowChannels = Number(2, 0), NarrowStride = Number(3, 1) };
    }

    private static IEnumerable<CutOptions> Every(NetworkOptions network) =>
        from depth in Enumerable.Range(1, NetworkCatalog.LevelsOf(network))
        from narrowing in NetworkCatalog.KeepsResolution(network) ? [.. Narrowings, .. Coarser] : Narrowings
        select new CutOptions { Depth = depth, NarrowChannels = narrowing.Channels, NarrowStride = narrowing.Stride };

    [GeneratedRegex(@"^([1-9]\d?)(?::([1-9]\d{0,3})x([1-9]))?$")]
    private static partial Regex Pattern();
}
