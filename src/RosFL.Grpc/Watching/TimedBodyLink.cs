using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Grpc.Watching;

/// <summary>Measures how long a site waits for its body, by stage; see <see cref="StudyMetrics"/>.</summary>
public sealed class TimedBodyLink(IBodyLink inner, string study, TimeProvider time) : IBodyLink
{
    public Tensor Forward(Tensor smashed, StepTime step) => Timed("forward", () => inner.Forward(smashed, step));

    public Tensor Backward(Tensor featuresGradient, StepTime step) => Timed("backward", () => inner.Backward(featuresGradient, step));

    public Tensor Infer(Tensor smashed) => Timed("infer", () => inner.Infer(smashed));

    public void Dispose() => inner.Dispose();

    private Tensor Timed(string stage, Func<Tensor> half)
    {
        using var activity = StudyMetrics.Activities.StartActivity("body " + stage);
        var begin = time.GetTimestamp();
        var answer = half();
        StudyMetrics.Stage(study, stage, time.GetElapsedTime(begin));
        return answer;
    }
}
