using RosFL.Imaging;
using RosFL.Reports;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>A victim beside what each attacker made of it, gray 0..255, for the site's own eyes.</summary>
public sealed record AuditPicture(IReadOnlyList<StripPanel> Panels)
{
    private const int Shown = 3;

    internal static IReadOnlyList<AuditPicture> Of(Tensor truth, IReadOnlyDictionary<string, Tensor> reconstructions)
    {
        var panels = reconstructions.Select(r => (r.Key, ImageScores.Pictures(r.Value))).Prepend(("image", ImageScores.Pictures(truth))).ToList();
        return [.. Enumerable.Range(0, Math.Min(Shown, (int)truth.shape[0])).Select(i => new AuditPicture([.. panels.Select(p => new StripPanel(p.Item1, Gray(p.Item2[i])))]))];
    }

    /// <summary>The first channel, of a volume the middle slice.</summary>
    private static Picture Gray(Picture unit)
    {
        var plane = unit.Shape[^1] * unit.Shape[^2];
        var start = unit.Dimensions == 3 ? unit.Shape[1] / 2 * plane : 0;
        return new([.. unit.Values.Skip(start).Take(plane).Select(v => MathF.Round(255 * Math.Clamp(v, 0, 1)))], 1, unit.Shape[^2], unit.Shape[^1]);
    }
}
