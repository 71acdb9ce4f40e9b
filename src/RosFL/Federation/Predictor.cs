using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using RosFL.Training;
using TorchSharp;

namespace RosFL.Federation;

/// <summary>A trained model for images that have no truth, wherever its body is.</summary>
public sealed class Predictor : IDisposable
{
    private readonly Study study;
    private readonly SitePart part;
    private readonly IBodyLink body;
    private readonly NewImages images;

    /// <param name="parts">Head and tail at least.</param>
    /// <param name="body">Becomes the predictor's.</param>
    public Predictor(Study study, NewImages images, Model parts, IBodyLink body)
    {
        (this.study, this.images, this.body) = (study, images, body);
        part = study.NewSitePart();
        part.Head.Write(parts[PartName.Head]);
        part.Tail.Write(parts[PartName.Tail]);
    }

    /// <summary>The best model of a run folder, its parts together in this process.</summary>
    /// <param name="site">The site whose scale and offset the files have, and whose own model answers where the algorithm leaves each site one; empty for those of the run.</param>
    /// <param name="masks">Folder of masks with the images' names; empty where there are none.</param>
    /// <param name="elsewhere">The parts after a round that the run folder does not hold.</param>
    /// <exception cref="RosflException">The run has no committed round, or does not know the site.</exception>
    public static Predictor Of(RunFolder folder, string site = "", string masks = "", Func<int, Model>? elsewhere = null)
    {
        // the weights come from the run's checkpoint, so the file that it began from need not be there any more
        var run = folder.Run.Options with { Training = folder.Run.Options.Training with { InitialWeights = "" } };
        var study = new Study(run);
        var foreground = run.Preprocessing.Intensity == IntensityKind.CtForeground ? ForegroundStatistics.Of(run) ?? ForegroundStatistics.Read(folder.ForegroundPath) : null;
        var images = new NewImages(run, foreground, Described(study, site), masks);
        var model = FinishedModel.Load(folder, study, site, elsewhere).Parts;
        return new(study, images, model, LocalBody(study, model));
    }

    /// <summary>
    /// Writes the prediction for one image file into a folder: in the numbers of that file, on its grid and at its place. Labels take the
    /// smallest integer type.
    /// </summary>
    /// <returns>The file written.</returns>
    public string Predict(string path, string outFolder)
    {
        var image = images.Read(path);
        var target = Path.Combine(outFolder, image.OutputName);
        if (Path.GetFullPath(target) == Path.GetFullPath(path))
            throw new RosflException(ExitCode.Usage, $"The prediction for '{path}' would overwrite it: choose another folder with --out.");
        Directory.CreateDirectory(outFolder);
        part.Train(false);
        var prediction = images.InFileUnits(new Evaluation(study, image.Whole.Case.Name).Predict(image.Whole, Network));
        PictureFile.Write(target, prediction, image.Reference, study.Run.Task == StudyTask.Segmentation ? StoredType.Labels : StoredType.Float32);
        return target;
    }

    public void Dispose()
    {
        part.Dispose();
        body.Dispose();
    }

    private torch.Tensor Network(torch.Tensor images) => part.Levels.Tail(body.Infer(part.Levels.Head(images, out var skips)), skips);

    /// <summary>A site that only names a model need not be described in the run file.</summary>
    private static string Described(Study study, string site) =>
        study.Algorithm.LeavesOwnModels && study.Run.Data.Sites.Concat(study.Run.Data.UnseenSites).All(s => s.Name != site) ? "" : site;

    /// <summary>The body in this process, or none where the algorithm has none.</summary>
    public static IBodyLink LocalBody(Study study, Model model)
    {
        if (study.Algorithm.Body == BodyPlace.Nowhere) return study.NewNoBody();
        var replica = study.NewBody();
        replica.Part.Write(model[PartName.Body]);
        return new LocalBodyLink(replica);
    }
}
