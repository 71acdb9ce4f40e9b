using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Grpc.Watching;

/// <summary>
/// Measures the stages of a step where a site meets its body: "forward" and "backward" wait for the body; "tail" is the site's own work between them, and
/// "head" that from one step's backward to the next one's forward, with the batch. See <see cref="StudyMetrics"/>.
/// </summary>
public sealed class TimedBodyLink(IBodyLink inner, string study, TimeProvider time) : IBodyLink
{
    private long? answered;

    public Tensor Forward(Tensor smashed, StepTime step)
    {
        Between("head");
        return Timed("forward", step, () => inner.Forward(smashed, step));
    }

    public Tensor Backward(Tensor featuresGradient, StepTime step)
    {
        Between("tail");
        return Timed("backward", step, () => inner.Backward(featuresGradient, step));
    }

    public Tensor Infer(Tensor smashed) => Timed("infer", null, () => inner.Infer(smashed));

    public void Dispose() => inner.Dispose();

    /// <summary>What the site did since the body's last answer.</summary>
    private void Between(string stage)
    {
        if (answered is { } since) StudyMetrics.Stage(study, stage, time.GetElapsedTime(since));
    }

    private Tensor Timed(string stage, StepTime? step, Func<Tensor> half)
    {
        using var activity = StudyMetrics.Activities.StartActivity("body " + stage);
        activity?.SetTag("study", study).SetTag("round", step?.Round).SetTag("step", step?.Step);
        var begin = time.GetTimestamp();
        var answer = half();
        answered = time.GetTimestamp();
        StudyMetrics.Stage(study, stage, time.GetElapsedTime(begin));
        return answer;
    }
}
