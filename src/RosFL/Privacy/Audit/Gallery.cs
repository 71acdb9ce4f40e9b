using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>One image of each person of the site: whose is a reconstruction? The nearest by correlation of pixels is the answer.</summary>
internal sealed class Gallery
{
    private readonly float[][] images;
    private readonly IReadOnlyList<string> victims;
    private readonly IReadOnlyList<string> subjects;

    /// <param name="victims">Their first images are in the gallery themselves.</param>
    public Gallery(AuditImages source, Intensities unit, IReadOnlyList<Shown> victims, int most)
    {
        var shown = victims.Concat(source.MembersShown()).DistinctBy(s => s.Subject).Take(most).ToList();
        using var scope = NewDisposeScope();
        images = Standardised(unit.ToUnit(source.Load(shown).Images));
        (this.victims, subjects) = ([.. victims.Select(v => v.Subject)], [.. shown.Select(s => s.Subject)]);
    }

    public int Count => images.Length;

    /// <summary>Share of the persons under attack whose reconstruction is nearest to their own image.</summary>
    public double Identified(Tensor reconstructions)
    {
        var probes = Standardised(reconstructions);
        var first = victims.Select((subject, i) => (subject, i)).DistinctBy(v => v.subject).Where(v => subjects.Contains(v.subject)).ToList();
        return first.Count(v => subjects[Nearest(probes[v.i])] == v.subject) / (double)first.Count;
    }

    private int Nearest(float[] probe) => Enumerable.Range(0, images.Length).MaxBy(i => Dot(probe, images[i]));

    private static double Dot(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    private static float[][] Standardised(Tensor values)
    {
        using var scope = NewDisposeScope();
        var rows = values.cpu().reshape(values.shape[0], -1);
        rows = rows - rows.mean([1], keepdim: true);
        return (rows / rows.norm(1, keepdim: true, p: 2).AtLeast(1e-12)).Rows();
    }
}
