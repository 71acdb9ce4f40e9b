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
    private readonly SitePart site;
    private readonly IBodyLink body;

    /// <exception cref="RosflException">The run has no single model, or its preprocessing needs statistics that it did not keep.</exception>
    public Predictor(RunFolder folder)
    {
        var run = folder.Run.Options;
        study = new Study(run);
        if (!study.Algorithm.Merges || study.Algorithm.KeepsNormalisation)
            throw new RosflException(ExitCode.InvalidRun, $"Run '{run.Name}' trained '{run.Algorithm.Name}', which has a model for each site and none for all: predict with a run of another algorithm.");
        if (run.Preprocessing.Intensity == IntensityKind.CtForeground)
            throw new RosflException(ExitCode.InvalidRun, $"Run '{run.Name}' uses preprocessing.intensity ct-foreground, whose statistics are not kept with a run: use window.");
        var model = Load(folder, study);
        site = study.NewSitePart();
        site.Head.Write(model[PartName.Head]);
        site.Tail.Write(model[PartName.Tail]);
        body = study.Algorithm.Body == BodyPlace.Nowhere ? study.NewNoBody() : NewBody(study, model);
    }

    /// <summary>The prediction for one image file, in the target's units and on the image's grid.</summary>
    public Picture Predict(string path)
    {
        var input = PictureFile.Read(path);
        var name = Path.GetFileName(path);
        var stand = study.Run.Task == StudyTask.Segmentation ? new Picture(new float[input.ChannelLength], [1, .. input.Size]) { SpacingMm = input.SpacingMm } : input;
        var prepared = new Preprocessor(study.Run).Apply(new Example(input, stand), name, site: "");
        var whole = new Whole(new Case(name, name), prepared.Input, prepared.WholeTarget, null) { Map = prepared.Map, Labels = study.Run.Task == StudyTask.Segmentation };
        site.Train(false);
        return new Evaluation(study, name).Predict(whole, Network);
    }

    public void Dispose()
    {
        site.Dispose();
        body.Dispose();
    }

    private torch.Tensor Network(torch.Tensor images) => site.Levels.Tail(body.Infer(site.Levels.Head(images, out var skips)), skips);

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
        return state.Bodies is null ? state.Rounds.Global
            : state.Rounds.Global.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = state.Bodies.Body }));
    }
}
