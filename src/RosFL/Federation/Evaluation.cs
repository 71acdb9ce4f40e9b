using RosFL.Imaging;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using RosFL.Scores;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>Runs a model over the images of one split of one site and scores each image, and all of them pooled.</summary>
public sealed class Evaluation(Study study, string site)
{
    private readonly EvaluationOptions options = study.Run.Evaluation;

    private int Classes => study.Run.Network.OutputChannels;

    private bool IsSegmentation => study.Run.Task == StudyTask.Segmentation;

    /// <param name="network">Images (1, C, ...) to outputs (1, C', ...) of the same size.</param>
    public IReadOnlyList<ScoreRecord> Score(SiteImages images, EvaluationOrder order, Func<Tensor, Tensor> network, CancellationToken cancellation) =>
        Score(images, order, whole => Predict(whole, network), cancellation);

    /// <param name="predict">A case to a picture in the target's units and on its grid.</param>
    public IReadOnlyList<ScoreRecord> Score(SiteImages images, EvaluationOrder order, Func<Whole, Picture> predict, CancellationToken cancellation)
    {
        var records = new List<ScoreRecord>();
        ScoreRecord Record(string name, (string Metric, double Value) score) =>
            new(order.Round, order.SplitName, site, name, score.Metric, score.Value, order.ModelName);
        var (counts, errors) = (new PooledCounts(Classes), new PooledErrors(options));
        for (var i = 0; i < images.Count(order.Split); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var whole = images.Whole(order.Split, i);
            var prediction = predict(whole);
            records.AddRange((IsSegmentation
                ? SegmentationScores.Of(prediction, whole.Target, Classes, whole.Mask, options)
                : RestorationScores.Of(prediction, whole.Target, whole.Mask, options)).Select(s => Record(whole.Case.Name, s)));
            if (IsSegmentation) counts.Add(prediction, whole.Target, whole.Mask);
            else errors.Add(prediction, whole.Target, whole.Mask);
        }
        if (records.Count > 0)
            records.AddRange((IsSegmentation ? counts.Scores() : errors.Scores()).Select(s => Record("pooled", s)));
        return records;
    }

    /// <summary>The model's answer for one whole image, in the target's units and on its grid.</summary>
    public Picture Predict(Whole whole, Func<Tensor, Tensor> network) => whole.Restore(Output(whole, network));

    /// <summary>The network's output for one whole image: (C', [D,] H, W) in network units; a 2D network takes a volume slice by slice.</summary>
    public Picture Output(Whole whole, Func<Tensor, Tensor> network)
    {
        using var noGrad = no_grad();
        return whole.Input.Dimensions == study.Run.Network.Dimensions
            ? Output(whole.Input, network)
            : Slices.Stack([.. Enumerable.Range(0, Slices.Count(whole.Input)).Select(d => Output(Slices.Take(whole.Input, d), network))]);
    }

    private Picture Output(Picture picture, Func<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        var input = tensor(picture.Values, [1, .. picture.Shape.Select(s => (long)s)]);
        var output = options.Window.Length > 0
            ? SlidingWindow.Infer(input, options.Window, options.Overlap, Classes, Run)
            : Run(input);
        return new Picture(output.contiguous().data<float>().ToArray(), [.. output.shape.Skip(1).Select(s => (int)s)]);

        Tensor Run(Tensor images) => network(BatchPlacement.Laid(images.to(study.Device), study)).to(ScalarType.Float32).cpu();
    }
}
