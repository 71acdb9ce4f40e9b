using System.Diagnostics;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Planning;

/// <summary>Measures how long the body takes.</summary>
internal sealed class StopwatchBodyLink(IBodyLink inner) : IBodyLink
{
    private readonly Stopwatch clock = new();

    /// <summary>Time in the body since the last <see cref="Restart"/>.</summary>
    public TimeSpan Elapsed => clock.Elapsed;

    public void Restart() => clock.Reset();

    public Tensor Forward(Tensor smashed, StepTime time) => Timed(() => inner.Forward(smashed, time));

    public Tensor Backward(Tensor featuresGradient, StepTime time) => Timed(() => inner.Backward(featuresGradient, time));

    public Tensor Infer(Tensor smashed) => Timed(() => inner.Infer(smashed));

    public void Dispose() => inner.Dispose();

    private Tensor Timed(Func<Tensor> call)
    {
        clock.Start();
        var answer = call();
        clock.Stop();
        return answer;
    }
}
