using System.Text.RegularExpressions;

namespace RosFL.Runs;

/// <summary>Checks the values of a run once, before anything is built: ranges, combinations, options without effect.</summary>
public static partial class RunOptionsCheck
{
    /// <summary>One sentence for each thing that is wrong; empty when the run may start. An option counts as set when it differs from its default.</summary>
    public static IReadOnlyList<string> Check(RunOptions options, RunNames? names = null) => Check(RunFile.Of(options), names);

    /// <summary>As above, with the options that the file sets known exactly.</summary>
    public static IReadOnlyList<string> Check(RunFile file, RunNames? names = null) =>
        [.. Faults(file, names, new HashSet<string>()).Select(fault => fault.Sentence)];

    /// <param name="broken">Paths already reported; rules that look at them stay silent.</param>
    /// <param name="whole">False for the shared part of a run: whether an option has an effect depends on each party's own part.</param>
    internal static IReadOnlyList<RunFault> Faults(RunFile file, RunNames? names, IReadOnlySet<string> broken, bool whole = true)
    {
        var rules = new RunRules(file, broken);
        var run = file.Options;
        Study(rules, run);
        Network(rules, run);
        Algorithm(rules, run);
        Training(rules, run);
        Sites(rules, run);
        Images(rules, run);
        Scanner(rules, run);
        Wire(rules, run);
        Privacy(rules, run.Privacy);
        Audit(rules, run.Audit);
        if (names is not null)
            RunNameRules.Apply(rules, run, names);
        if (whole) RunEffectRules.Apply(rules, run);
        return rules.Faults;
    }

    private static void Study(RunRules rules, RunOptions run)
    {
        rules.Require(FileName().IsMatch(run.Name), run.Name, "it must be made of letters, digits, '-', '_' and '.', beginning with a letter or digit");
        rules.AtLeast(run.Rounds, 1);
        rules.AtLeast(run.Machine.Threads, 0);
        rules.AtLeast(run.Machine.Workers, 1);
        rules.Require(run.Output.Folder.Length > 0, run.Output.Folder, "it must name a folder");
        rules.AtLeast(run.Evaluation.Every, 1);
        rules.Between(run.Evaluation.Overlap, 0, 0.9);
        rules.Above(run.Evaluation.DataRange, 0);
        rules.Above(run.Evaluation.SurfaceToleranceMm, 0);
        Window(rules, run.Evaluation.ScoreWindow, "evaluation.scoreWindow", mayBeEmpty: true);
        Size(rules, run.Evaluation.Window, "evaluation.window", run);
    }

    private static void Network(RunRules rules, RunOptions run)
    {
        rules.AtLeast(run.Network.Channels, 1);
        rules.Between(run.Network.Levels, 1, 6);
        rules.Between(run.Network.TailBlocks, 1, 4);
        rules.Between(run.Network.Dimensions, 2, 3);
        rules.AtLeast(run.Network.InputChannels, 1);
        rules.AtLeast(run.Network.OutputChannels, 1);
        rules.Together(run.Task != StudyTask.Segmentation || run.Network.OutputChannels >= 2,
            $"Option 'network.outputChannels' is {run.Network.OutputChannels}; segmentation needs one channel a class with the background, so 2 or more.");
        rules.AtLeast(run.Cut.Depth, 1);
        rules.AtLeast(run.Cut.NarrowChannels, 0);
        rules.AtLeast(run.Cut.NarrowStride, 1);
    }

    private static void Algorithm(RunRules rules, RunOptions run)
    {
        if (run.Algorithm.Strength is { } strength)
            rules.Between(strength, 0, 1, "run.Algorithm.Strength");
        if (run.Algorithm.Mu is { } mu)
            rules.AtLeast(mu, 0, "run.Algorithm.Mu");
    }

    private static void Training(RunRules rules, RunOptions run)
    {
        rules.AtLeast(run.Training.Batch, 1);
        rules.AtLeast(run.Training.Epochs, 1);
        rules.AtLeast(run.Training.Steps, 0);
        rules.Together(run.Training.Sampling != SamplingKind.Steps || run.Training.Steps >= 1,
            $"Option 'training.steps' is {run.Training.Steps}; sampling 'steps' needs 1 or more.");
        rules.Above(run.Training.LearningRate, 0);
        rules.AtLeast(run.Training.WeightDecay, 0);
        rules.Require(run.Training.Momentum is >= 0 and < 1, run.Training.Momentum, "it must be 0 or more and below 1");
        rules.Require(run.Training.Beta1 is >= 0 and < 1, run.Training.Beta1, "it must be 0 or more and below 1");
        rules.Require(run.Training.Beta2 is >= 0 and < 1, run.Training.Beta2, "it must be 0 or more and below 1");
        rules.AtLeast(run.Training.ClipNorm, 0);
        rules.AtLeast(run.Training.SsimWeight, 0);
        rules.AtLeast(run.Training.FocalGamma, 0);
        rules.Require(Array.TrueForAll(run.Training.ClassWeights, weight => weight >= 0), run.Training.ClassWeights, "every weight must be 0 or more");
        rules.Together(run.Training.ClassWeights.Length == 0 || run.Training.ClassWeights.Length == run.Network.OutputChannels,
            $"Option 'training.classWeights' has {run.Training.ClassWeights.Length} weights; it needs one for each of the {run.Network.OutputChannels} output channels.");
        rules.Together(run.Training.ClassWeights.Length == 0 || !run.Training.FederatedClassWeights,
            "Options 'training.classWeights' and 'training.federatedClassWeights' exclude each other: remove one.");
    }

    private static void Privacy(RunRules rules, PrivacyOptions privacy)
    {
        rules.AtLeast(privacy.SmashedClip, 0, "run.Privacy.SmashedClip");
        rules.AtLeast(privacy.SmashedNoise, 0, "run.Privacy.SmashedNoise");
        rules.AtLeast(privacy.GradientClip, 0, "run.Privacy.GradientClip");
        rules.AtLeast(privacy.GradientNoise, 0, "run.Privacy.GradientNoise");
        rules.AtLeast(privacy.GradientRegion, 1, "run.Privacy.GradientRegion");
        rules.AtLeast(privacy.HeadPenaltyWeight, 0, "run.Privacy.HeadPenaltyWeight");
    }

    private static void Audit(RunRules rules, AuditOptions audit)
    {
        rules.AtLeast(audit.TrainingSteps, 0, "run.Audit.TrainingSteps");
        rules.AtLeast(audit.LeastSteps, 1, "run.Audit.LeastSteps");
        rules.AtLeast(audit.MostSteps, 1, "run.Audit.MostSteps");
        rules.AtLeast(audit.DecoderChannels, 1, "run.Audit.DecoderChannels");
        rules.AtLeast(audit.Victims, 1, "run.Audit.Victims");
        rules.AtLeast(audit.Gallery, 2, "run.Audit.Gallery");
    }

    private static void Sites(RunRules rules, RunOptions run)
    {
        rules.Require(run.Data.Validation is > 0 and < 1, run.Data.Validation, "it must be above 0 and below 1");
        rules.Require(run.Data.Test is > 0 and < 1, run.Data.Test, "it must be above 0 and below 1");
        rules.Together(run.Data.Validation + run.Data.Test < 1, "Options 'data.validation' and 'data.test' add up to 1 or more, which leaves nothing to train on: lower one.");
        rules.Require(IsPattern(run.Data.SubjectPattern, groups: 1), run.Data.SubjectPattern, "it must be a regular expression with a group in ( ) that is the subject");
        rules.AtLeast(run.Data.SubjectGroup, 0);
        rules.AtLeast(run.Data.MaxImages, 0);
        rules.AtLeast(run.Data.DirichletAlpha, 0);
        rules.AtLeast(run.Data.QuantitySkew, 1);
        rules.AtLeast(run.Data.CacheMiB, 1);
        rules.AtLeast(run.Data.Phantoms.Sites, 1);
        rules.AtLeast(run.Data.Phantoms.ImagesPerSite, 3);
        rules.AtLeast(run.Data.Phantoms.Size, 16);
        rules.AtLeast(run.Data.Phantoms.QuantitySkew, 1);
        rules.Together(run.Data.Layout == DataLayout.Phantoms || run.Data.Path.Length > 0,
            $"Option 'data.path' is empty; layout '{RunRules.Shown(run.Data.Layout).Trim('"')}' needs the data's root folder there or as --data.");
        SiteList(rules, run.Data.Sites, "data.sites");
        SiteList(rules, run.Data.UnseenSites, "data.unseenSites");
        var twice = run.Data.Sites.Concat(run.Data.UnseenSites).GroupBy(site => site.Name).Where(group => group.Count() > 1);
        foreach (var group in twice)
            rules.Add("data.sites", $"has {group.Count()} sites named '{group.Key}', unseen ones included; names must differ.");
    }

    private static void SiteList(RunRules rules, SiteOptions[] sites, string path)
    {
        for (var i = 0; i < sites.Length; i++)
        {
            var (site, at) = (sites[i], $"{path}[{i}]");
            if (!FileName().IsMatch(site.Name))
                rules.Add($"{at}.name", $"is \"{site.Name}\"; it must be made of letters, digits, '-', '_' and '.', beginning with a letter or digit.");
            if (!IsPattern(site.Files, groups: 0))
                rules.Add($"{at}.files", $"is \"{site.Files}\"; it must be a regular expression.");
            if (site.Parts < 0)
                rules.Add($"{at}.parts", $"is {site.Parts}; it must be 0 or more.");
            if (site.Part < 0 || site.Part >= Math.Max(site.Parts, 1))
                rules.Add($"{at}.part", $"is {site.Part}; it must be in 0..{Math.Max(site.Parts, 1) - 1}, below its 'parts'.");
            if (site.Scale is 0)
                rules.Add($"{at}.scale", "is 0; it must not be 0.");
            if (site.Geometry is { } geometry)
                Geometry(rules, geometry, $"{at}.geometry");
        }
    }

    private static void Images(RunRules rules, RunOptions run)
    {
        Window(rules, run.Preprocessing.Window, "preprocessing.window", mayBeEmpty: false);
        Window(rules, run.Preprocessing.Percentiles, "preprocessing.percentiles", mayBeEmpty: false);
        rules.Require(Array.TrueForAll(run.Preprocessing.ForegroundMap, c => c.Deviation > 0 && c.High >= c.Low), run.Preprocessing.ForegroundMap, "every deviation must be above 0 and no high below its low");
        rules.Require(Array.TrueForAll(run.Preprocessing.Percentiles, p => p is >= 0 and <= 100), run.Preprocessing.Percentiles, "percentiles lie in 0..100");
        rules.Require(run.Preprocessing.Scale != 0, run.Preprocessing.Scale, "it must not be 0");
        Spacing(rules, run.Preprocessing.SpacingMm, "preprocessing.spacingMm", run);
        foreach (var site in run.Data.Sites.Concat(run.Data.UnseenSites))
            Spacing(rules, site.SpacingMm ?? [], $"spacingMm' of site '{site.Name}", run);
        Size(rules, run.Preprocessing.Patch, "preprocessing.patch", run);
        rules.Between(run.Preprocessing.Foreground, 0, 1);
        rules.AtLeast(run.Preprocessing.Channel, -1);
        rules.Between(run.Augmentation.RotateDegrees, 0, 180);
        rules.Require(run.Augmentation.Scale is >= 0 and < 1, run.Augmentation.Scale, "it must be 0 or more and below 1");
        rules.Require(run.Augmentation.Gamma is >= 0 and < 1, run.Augmentation.Gamma, "it must be 0 or more and below 1");
        rules.Require(run.Augmentation.Contrast is >= 0 and < 1, run.Augmentation.Contrast, "it must be 0 or more and below 1");
        rules.AtLeast(run.Augmentation.Noise, 0);
    }

    private static void Spacing(RunRules rules, double[] spacing, string name, RunOptions run) =>
        rules.Together(spacing.Length == 0 || (spacing.Length == run.Network.Dimensions && Array.TrueForAll(spacing, mm => mm > 0)),
            $"Option '{name}' is [{string.Join(", ", spacing)}]; it needs one number above 0 for each of the {run.Network.Dimensions} spatial dimensions.");

    private static void Scanner(RunRules rules, RunOptions run)
    {
        rules.AtLeast(run.Ct.ElectronicNoise, 0);
        rules.Above(run.Ct.WaterPerMm, 0);
        rules.AtLeast(run.Ct.Reduce, 1);
        Geometry(rules, run.Ct.Geometry, "ct.geometry");
    }

    private static void Wire(RunRules rules, RunOptions run)
    {
        rules.Above(run.Wire.LargestRms, 0);
        foreach (var size in run.Wire.ImageSizes)
            if (size.Length != run.Network.Dimensions || Array.Exists(size, pixels => pixels < 1))
                rules.Add("wire.imageSizes", $"has {RunRules.Shown(size)}; each size is {run.Network.Dimensions} positive numbers, one for each spatial dimension.");
    }

    private static void Geometry(RunRules rules, CtGeometryOptions scanner, string path)
    {
        Positive(scanner.Views, "views");
        Positive(scanner.Bins, "bins");
        Positive(scanner.PixelMm, "pixelMm");
        Positive(scanner.BinMm, "binMm");
        if (scanner.Photons < 0)
            rules.Add($"{path}.photons", $"is {RunRules.Shown(scanner.Photons)}; it must be 0 (no noise) or more.");
        if (scanner.ArcDegrees is < 0 or > 360)
            rules.Add($"{path}.arcDegrees", $"is {RunRules.Shown(scanner.ArcDegrees)}; it must be in 0..360.");
        if (scanner.SourceMm < 0 || (scanner.SourceMm > 0) != (scanner.DetectorMm > 0) || (scanner.SourceMm > 0 && scanner.DetectorMm <= scanner.SourceMm))
            rules.Add(path, $"has sourceMm {RunRules.Shown(scanner.SourceMm)} and detectorMm {RunRules.Shown(scanner.DetectorMm)}; both are 0 (parallel beam), or the detector is farther from the source than the centre.");

        void Positive(double value, string name)
        {
            if (value <= 0)
                rules.Add($"{path}.{name}", $"is {RunRules.Shown(value)}; it must be above 0.");
        }
    }

    private static void Window(RunRules rules, double[] window, string path, bool mayBeEmpty)
    {
        if (!(mayBeEmpty && window.Length == 0) && !(window.Length == 2 && window[0] < window[1]))
            rules.Add(path, $"is {RunRules.Shown(window)}; it must be two numbers, the lower first{(mayBeEmpty ? ", or empty" : "")}.");
    }

    private static void Size(RunRules rules, int[] size, string path, RunOptions run)
    {
        if (size.Length > 0 && (size.Length != run.Network.Dimensions || Array.Exists(size, pixels => pixels < 1)))
            rules.Add(path, $"is {RunRules.Shown(size)}; it must be empty or {run.Network.Dimensions} positive numbers, one for each spatial dimension.");
    }

    private static bool IsPattern(string pattern, int groups)
    {
        try
        {
            return pattern.Length == 0 || new Regex(pattern).GetGroupNumbers().Length > groups;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex FileName();
}
