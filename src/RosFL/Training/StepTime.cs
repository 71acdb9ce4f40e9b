using RosFL.Runs;

namespace RosFL.Training;

/// <summary>When a step happens: known to both ends of a link, so both find the same learning rate.</summary>
/// <param name="Round">Counted from 0.</param>
/// <param name="Step">The site's step in this round, counted from 0.</param>
/// <param name="StepsInRound">Steps of this site in this round.</param>
public readonly record struct StepTime(int Round, int Step, int StepsInRound)
{
    public bool IsLast => Step + 1 == StepsInRound;

    /// <summary>The learning rate of this step.</summary>
    public double LearningRate(TrainingOptions training, int rounds)
    {
        var progress = (Round + (double)Step / StepsInRound) / rounds;
        return training.LearningRate * training.Schedule switch
        {
            ScheduleKind.Cosine => (1 + Math.Cos(Math.PI * progress)) / 2,
            ScheduleKind.Polynomial => Math.Pow(1 - progress, 0.9),
            _ => 1,
        };
    }
}
