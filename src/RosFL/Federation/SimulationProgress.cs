using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>What a running simulation tells whoever watches. Reported from the training threads, in order for each site.</summary>
public abstract record SimulationProgress
{
    /// <summary>A part of the work begins: "Reading images", "Testing round 7".</summary>
    public sealed record Phase(string Text) : SimulationProgress;

    public sealed record Began(int Round, IReadOnlyDictionary<string, int> StepsPerRound) : SimulationProgress;

    public sealed record Stepped(StepRecord Step) : SimulationProgress;

    public sealed record Committed(RoundRecord Round) : SimulationProgress;

    public sealed record Scored(IReadOnlyList<ScoreRecord> Scores) : SimulationProgress;
}
