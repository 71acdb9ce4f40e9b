using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Privacy.Audit;

/// <summary>How often one thing crosses the cut: whoever sees all of it averages away what a guard adds to it, noise or the gradients of other images.</summary>
internal static class Crossings
{
    /// <summary>How often, on average, a pixel of the site's training images crosses in the whole study; at least once.</summary>
    public static double OfPixel(RunOptions run, SiteImages own)
    {
        var items = own.TrainingItems;
        var shown = (double)run.Rounds * new Sampler(run.Training, new Seeds(run.Seed), items).Round(0).Sum(batch => batch.Length);
        var patch = run.Preprocessing.Patch.Aggregate(1L, (a, b) => a * b);
        var share = run.Preprocessing.Patch.Length == 0 ? 1 : Math.Min(1, (double)patch * items / own.TrainingPixels());
        return Math.Max(1, shown * share / items);
    }

    /// <summary>In how many training batches an attacker sees an image's gradient: where they are mixed it has other partners in each, elsewhere one is like another.</summary>
    public static int Batches(PrivacyOptions guards, double crossings) => guards.Gradient == GradientKind.Mixed ? (int)Math.Round(crossings) : 1;

    /// <summary>Guards as they look to whoever averages so many crossings: their noise is independent, so that it shrinks by the square root.</summary>
    public static PrivacyOptions Averaged(PrivacyOptions guards, double crossings) => guards with
    {
        SmashedNoise = guards.SmashedNoise / Math.Sqrt(crossings),
        // the mean over the batches takes its own share
        GradientNoise = guards.GradientNoise / Math.Sqrt(crossings / Batches(guards, crossings)),
    };
}
