using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using RosFL.Scores;
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

    /// <param name="site">The site whose scale and offset the files have; empty for those of the run.</param>
    /// <param name="masks">Folder of masks with the images' names; empty where there are none.</param>
    /// <exception cref="RosflException">The run has no single model or no committed round, or does not know the site.</exception>
    public Predictor(RunFolder folder, string site = "", string masks = "")
    {
        // the weights come from the run's checkpoint, so the file that it began from need not be there any more
        var run = folder.Run.Options with { Training = folder.Run.Options.Training with { InitialWeights = "" } };
        study = new Study(run);
        if (!study.Algorithm.Merges || study.Algorithm.KeepsNormalisation)
            throw new RosflException(ExitCode.InvalidRun, $"Run '{run.Name}' trained '{run.Algorithm.Name}', which has a model for each site and none for all: predict with a run of another algorithm.");
        images = new NewImages(run, run.Preprocessing.Intensity == IntensityKind.CtForeground ? ForegroundStatistics.Read(folder.ForegroundPath) : null, site, masks);
        var model = Load(folder, study);
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

    private static LocalBodyLink NewBody(Study study, Model model)
    {
        var replica = study.NewBody();
        replica.Part.Write(model[PartName.Body]);
        return new LocalBodyLink(replica);
    }

    private static Model Load(RunFolder folder, Study study)
    {
        using var store = RunStore.Open(folder.StorePath);
        var metric = Metrics.Primary(study.Run.Task);
        var best = store.BestRound(metric, higherIsBetter: true)?.Round ?? store.LastRound()?.Round
            ?? throw new RosflException(ExitCode.InvalidRun, $"Run folder '{folder.Path}' has no committed round: let 'rosfl simulate' finish one.");
        var state = SimulationState.From(new Checkpoints(folder, store).Load(best), study, []);
        if (state.Rounds.Global.Parts.Count == 0)
            throw new RosflException(ExitCode.InvalidRun, $"Run folder '{folder.Path}' has no weights: under secure aggregation the sites alone hold heads and tails, in the folder 'secure-aggregation' of their own state.");
        return state.Bodies is null ? state.Rounds.Global
            : state.Rounds.Global.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = state.Bodies.Body }));
    }
}
