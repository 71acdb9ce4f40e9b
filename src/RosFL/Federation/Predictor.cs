using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using RosFL.Training;
using TorchSharp;

namespace RosFL.Federation;

/// <summary>A finished simulation's best model, put together, for images that have no truth.</summary>
public sealed class Predictor : IDisposable
{
    private readonly Study study;
    private readonly SitePart part;
    private readonly IBodyLink body;
    private readonly NewImages images;

    /// <param name="site">The site whose scale and offset the files have, and whose own model answers where the algorithm leaves each site one; empty for those of the run.</param>
    /// <param name="masks">Folder of masks with the images' names; empty where there are none.</param>
    /// <param name="bodyAfter">The body after a round, where the run folder does not hold it.</param>
    /// <exception cref="RosflException">The run has no committed round, or does not know the site.</exception>
    public Predictor(RunFolder folder, string site = "", string masks = "", Func<int, Weights>? bodyAfter = null)
    {
        // the weights come from the run's checkpoint, so the file that it began from need not be there any more
        var run = folder.Run.Options with { Training = folder.Run.Options.Training with { InitialWeights = "" } };
        study = new Study(run);
        images = new NewImages(run, run.Preprocessing.Intensity == IntensityKind.CtForeground ? ForegroundStatistics.Read(folder.ForegroundPath) : null, Described(run, site), masks);
        var model = FinishedModel.Load(folder, study, site, bodyAfter).Parts;
        part = study.NewSitePart();
        part.Head.Write(model[PartName.Head]);
        part.Tail.Write(model[PartName.Tail]);
        body = study.Algorithm.Body == BodyPlace.Nowhere ? study.NewNoBody() : NewBody(study, model);
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
    private string Described(RunOptions run, string site) =>
        study.Algorithm.LeavesOwnModels && run.Data.Sites.Concat(run.Data.UnseenSites).All(s => s.Name != site) ? "" : site;

    private static LocalBodyLink NewBody(Study study, Model model)
    {
        var replica = study.NewBody();
        replica.Part.Write(model[PartName.Body]);
        return new LocalBodyLink(replica);
    }
}
