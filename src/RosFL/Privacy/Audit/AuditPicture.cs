using RosFL.Imaging;
using RosFL.Reports;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>A victim beside what each attacker made of it, gray 0..255, for the site's own eyes.</summary>
public sealed record AuditPicture(IReadOnlyList<StripPanel> Panels)
{
    private const int Shown = 3;

    /// <summary>The images of a batch that are shown.</summary>
    internal static IReadOnlyList<Picture> First(Tensor images)
    {
        using var scope = NewDisposeScope();
        return ImageScores.Pictures(images.narrow(0, 0, Math.Min(Shown, images.shape[0])));
    }

    internal static IReadOnlyList<AuditPicture> Of(IReadOnlyList<Picture> truth, IReadOnlyList<AttackedImages> attacks) => [.. truth.Select((image, i) =>
        new AuditPicture([new StripPanel("image", Gray(image)), .. attacks.Select(a => new StripPanel(a.Result.Attacker, Gray(a.Pictures[i])))]))];

    /// <summary>The first channel, of a volume the middle slice.</summary>
    private static Picture Gray(Picture unit)
    {
        var plane = unit.Shape[^1] * unit.Shape[^2];
        var start = unit.Dimensions == 3 ? unit.Shape[1] / 2 * plane : 0;
        return new([.. unit.Values.Skip(start).Take(plane).Select(v => MathF.Round(255 * Math.Clamp(v, 0, 1)))], 1, unit.Shape[^2], unit.Shape[^1]);
    }
}
