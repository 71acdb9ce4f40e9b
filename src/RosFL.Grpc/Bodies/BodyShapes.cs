using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Bodies;

/// <summary>Finds the legal shape of a step, or says why there is none.</summary>
internal static class BodyShapes
{
    private const int MostStepsInRound = 10_000_000;

    /// <exception cref="RosflException">Batch or size is not the study's.</exception>
    public static CutShape Legal(BodyStudy study, BodyStep step, bool training)
    {
        var most = training ? study.Shapes.LargestBatch : 1;
        if (step.Batch < 1 || step.Batch > most) throw Refused($"A step has a batch of {step.Batch}; in study '{study.Id}' it is 1 to {most}.");
        if (training && step.StepsInRound is < 1 or > MostStepsInRound) throw Refused($"A round has {step.StepsInRound} steps; it is 1 to {MostStepsInRound}.");
        var shapes = training ? study.Shapes.Training : study.Shapes.Inference;
        return shapes.FirstOrDefault(s => s.Size.SequenceEqual(step.Size)) ?? throw Refused(
            $"A step has smashed values of {string.Join('x', step.Size.Take(4))} pixels; in study '{study.Id}' they are {string.Join(" or ", shapes.Select(s => string.Join('x', s.Size)))}.");
    }

    private static RosflException Refused(string sentence) => new(ExitCode.Protocol, sentence);
}
